package configs

import (
	_ "embed"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"time"
)

// Config is hotline.yaml: everything that differs from node to node. The file
// says what each key means, with unit and default.
type Config struct {
	Roles     []string        `yaml:"roles"`
	Node      NodeConfig      `yaml:"node"`
	Postgres  PostgresSetup   `yaml:"postgres"`
	Redis     RedisSetup      `yaml:"redis"`
	API       APIConfig       `yaml:"api"`
	SIP       SIPConfig       `yaml:"sip"`
	Softphone SoftphoneConfig `yaml:"softphone"`
	Queue     QueueConfig     `yaml:"queue"`
	Recording RecordingConfig `yaml:"recording"`
	Nodes     []PeerConfig    `yaml:"nodes"`
	SMS       SMSConfig       `yaml:"sms"`
	WeCom     WeComConfig     `yaml:"wecom"`
	Email     EmailConfig     `yaml:"email"`
	WebPush   WebPushConfig   `yaml:"webpush"`
	Banks     []BankConfig    `yaml:"banks"`
	Sources   []SourceConfig  `yaml:"sources"`
	Alerts    []AlertConfig   `yaml:"alerts"`
	Keys      KeysConfig      `yaml:"keys"`
	Policy    PolicyConfig    `yaml:"policy"`
	Forms     FormsConfig     `yaml:"forms"`
	Dispatch  AlarmConfig     `yaml:"dispatch"`
	Drain     DrainConfig     `yaml:"drain"`
	Log       LogConfig       `yaml:"log"`
	Demo      DemoConfig      `yaml:"demo"`
}

// The roles of a node.
const (
	RolePhone    = "phone"
	RoleDispatch = "dispatch"
	RoleAPI      = "api"
)

// NodeConfig names this machine among the others.
type NodeConfig struct {
	ID       string `yaml:"id"`
	Ordinal  int    `yaml:"ordinal"`
	DataDir  string `yaml:"data_dir"`
	MemoryMB int    `yaml:"memory_mb"`
}

// PostgresSetup is the database.
type PostgresSetup struct {
	URL            Secret `yaml:"url"`
	OwnerURL       Secret `yaml:"owner_url"`
	MaxConnections int    `yaml:"max_connections"`
}

// RedisSetup is the hint store; an empty URL runs without it.
type RedisSetup struct {
	URL Secret `yaml:"url"`
}

// APIConfig is the HTTP side.
type APIConfig struct {
	Listen         string         `yaml:"listen"`
	PublicOrigin   string         `yaml:"public_origin"`
	TrustedProxies []netip.Prefix `yaml:"trusted_proxies"`
}

// SIPConfig is the phone side. cmd turns it into ivr.Config.
type SIPConfig struct {
	UDP                []string          `yaml:"udp"`
	TCP                []string          `yaml:"tcp"`
	AdvertiseIP        netip.Addr        `yaml:"advertise_ip"`
	MediaIP            netip.Addr        `yaml:"media_ip"`
	MediaBind          netip.Addr        `yaml:"media_bind"`
	RTPFirst           uint16            `yaml:"rtp_first"`
	RTPLast            uint16            `yaml:"rtp_last"`
	Trunks             []TrunkConfig     `yaml:"trunks"`
	Numbers            []LineConfig      `yaml:"numbers"`
	Outbound           OutboundConfig    `yaml:"outbound"`
	Emergency          map[string]string `yaml:"emergency"`
	MaxCalls           int               `yaml:"max_calls"`
	MaxTransactions    int               `yaml:"max_transactions"`
	PacketRate         float64           `yaml:"packet_rate"`
	SourceRate         float64           `yaml:"source_rate"`
	MaxConnections     int               `yaml:"max_connections"`
	RetryAfter         time.Duration     `yaml:"retry_after"`
	RingDelay          time.Duration     `yaml:"ring_delay"`
	MaxDuration        time.Duration     `yaml:"max_duration"`
	MediaTimeout       time.Duration     `yaml:"media_timeout"`
	HoldTimeout        time.Duration     `yaml:"hold_timeout"`
	AllowLoopbackMedia bool              `yaml:"allow_loopback_media"`
	PromptsDir         string            `yaml:"prompts_dir"`
	FlowDir            string            `yaml:"flow_dir"`
}

// TrunkConfig is one operator's connection.
type TrunkConfig struct {
	Name       string         `yaml:"name"`
	CIDRs      []netip.Prefix `yaml:"cidrs"`
	MediaCIDRs []netip.Prefix `yaml:"media_cidrs"`
	TrustPAI   bool           `yaml:"trust_pai"`
	AreaCode   string         `yaml:"area_code"`
}

// LineConfig is one service number with the area its calls begin in.
type LineConfig struct {
	Number  string   `yaml:"number"`
	Aliases []string `yaml:"aliases"`
	Area    string   `yaml:"area"`
}

// QueueConfig says where the rules of the queues are.
type QueueConfig struct {
	File string `yaml:"file"`
}

// SoftphoneConfig is the agents' browsers. cmd turns it into softphone.Config.
type SoftphoneConfig struct {
	Listen    string        `yaml:"listen"`
	ListenTCP string        `yaml:"listen_tcp"`
	PublicIPs []netip.Addr  `yaml:"public_ips"`
	STUN      []string      `yaml:"stun"`
	TURN      TURNConfig    `yaml:"turn"`
	Grace     time.Duration `yaml:"grace"`
}

// TURNConfig is the relays for browsers whose network lets no audio out.
type TURNConfig struct {
	URLs   []string      `yaml:"urls"`
	Secret Secret        `yaml:"secret"`
	Life   time.Duration `yaml:"life"`
}

// KeysConfig says where the master keys lie.
type KeysConfig struct {
	File string `yaml:"file"`
}

// PolicyConfig picks the rules that new tickets are made by. Older versions stay loaded
// for the tickets that were born under them. Amounts and limits go by their own days.
type PolicyConfig struct {
	Dir     string `yaml:"dir"`
	Ladder  string `yaml:"ladder"`
	Contact string `yaml:"contact"`
}

// FormsConfig is how forms are printed. What they say is in templates/forms.yaml.
type FormsConfig struct {
	Font string `yaml:"font"`
}

// AlarmConfig is who hears when dispatching goes wrong: a ladder that has come
// to its end, or a watch that no longer finds all well.
type AlarmConfig struct {
	AlarmNumber   string `yaml:"alarm_number"`
	DeadManURL    Secret `yaml:"dead_man_url"`
	DeadManMethod string `yaml:"dead_man_method"`
}

// DrainConfig bounds an orderly stop.
type DrainConfig struct {
	Timeout time.Duration `yaml:"timeout"`
}

// LogConfig is the form of the log.
type LogConfig struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

// DemoConfig is for a drill or a demonstration, never for a real line.
type DemoConfig struct {
	Enabled   bool    `yaml:"enabled"`
	TimeScale float64 `yaml:"time_scale"`
}

//go:embed hotline.yaml
var defaultYAML []byte

// DefaultYAML is hotline.yaml as it is built in: every key with its default, unit
// and meaning. `hotline doctor` and the docs print it.
func DefaultYAML() []byte { return slices.Clone(defaultYAML) }

// Load reads the built-in hotline.yaml, then the file at path (none if empty)
// over it, then the environment (os.Environ()) over both, resolves secrets and
// checks the whole. The error lists every fault; each is a *Fault.
func Load(path string, environ []string) (Config, error) {
	var cfg Config
	l := decode("hotline.yaml (built in)", defaultYAML, &cfg)
	if path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return Config{}, fmt.Errorf("read configuration: %w", err)
		}
		faults := l.faults
		l = decode(path, data, &cfg)
		l.faults = append(faults, l.faults...)
	}
	l.override(&cfg, environ)
	cfg.resolve(l)
	if len(l.faults) == 0 { // the rules below would only repeat what is wrong already
		cfg.check(l)
	}
	return cfg, l.err()
}
