package configs

import (
	"fmt"
	"net"
	"net/mail"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/notify"
)

// SMSConfig is the HTTP gateway for short messages; an empty URL sends none.
type SMSConfig struct {
	Gateway       string            `yaml:"gateway"`
	URL           string            `yaml:"url"`
	Account       string            `yaml:"account"`
	Secret        Secret            `yaml:"secret"`
	InboundSecret Secret            `yaml:"inbound_secret"`
	Timeout       time.Duration     `yaml:"timeout"`
	Settings      map[string]string `yaml:"settings"`
	Codes         map[string]string `yaml:"codes"`
}

// Setup is the account as the channel takes it.
func (c SMSConfig) Setup() notify.GatewaySetup {
	return notify.GatewaySetup{URL: c.URL, Account: c.Account, Secret: c.Secret.Reveal(), InboundSecret: c.InboundSecret.Reveal(), Settings: c.Settings, Codes: c.Codes}
}

// WeComConfig is the city's WeCom: an application that writes to persons, and robots that write in groups.
type WeComConfig struct {
	URL    string        `yaml:"url"`
	Corp   string        `yaml:"corp"`
	Agent  int           `yaml:"agent"`
	Secret Secret        `yaml:"secret"`
	Robots []RobotConfig `yaml:"robots"`
}

// RobotConfig is a group chat with the area whose desks' notices it shows.
type RobotConfig struct {
	Area string `yaml:"area"`
	URL  Secret `yaml:"url"`
}

// EmailConfig is the server that takes our mail; an empty one sends none.
type EmailConfig struct {
	Server   string `yaml:"server"`
	Security string `yaml:"security"`
	From     string `yaml:"from"`
	User     string `yaml:"user"`
	Password Secret `yaml:"password"`
	CAFile   string `yaml:"ca_file"`
}

// WebPushConfig is the key pair of the line for web push (RFC 8292); without keys there is none.
type WebPushConfig struct {
	Contact    string   `yaml:"contact"`
	PublicKey  string   `yaml:"public_key"`
	PrivateKey Secret   `yaml:"private_key"`
	Hosts      []string `yaml:"hosts"`
}

func (c *Config) channelSecrets() map[string]*Secret {
	secrets := map[string]*Secret{"sms.secret": &c.SMS.Secret, "sms.inbound_secret": &c.SMS.InboundSecret, "wecom.secret": &c.WeCom.Secret,
		"email.password": &c.Email.Password, "webpush.private_key": &c.WebPush.PrivateKey}
	for i := range c.WeCom.Robots {
		secrets[fmt.Sprintf("wecom.robots[%d].url", i)] = &c.WeCom.Robots[i].URL
	}
	return secrets
}

// checkChannels holds the ways by which people are told to what they need.
func (c *Config) checkChannels(l *faultList) {
	checkURL(l, "sms.url", c.SMS.URL, false, "http", "https")
	within(l, "sms.timeout", c.SMS.Timeout, time.Second, time.Minute)
	required(l, "sms.gateway", c.SMS.Gateway, "name a file of gateways/, such as plain")
	if c.SMS.URL != "" && (c.SMS.Account == "" || c.SMS.Secret.Reveal() == "") {
		l.at("sms", "a gateway needs an account and a secret")
	}
	if secret := c.SMS.InboundSecret.Reveal(); secret != "" && len(secret) < 16 {
		l.at("sms.inbound_secret", "must have at least 16 characters: whoever guesses it could accept tickets for others")
	}
	c.checkWeCom(l)
	if e := c.Email; e.Server != "" {
		if host, _, err := net.SplitHostPort(e.Server); err != nil || host == "" {
			l.at("email.server", "must be host and port, such as smtp.example:587")
		}
		oneOf(l, "email.security", e.Security, "starttls", "tls")
		if _, err := mail.ParseAddress(e.From); err != nil {
			l.at("email.from", "must be an e-mail address")
		}
		if (e.User == "") != (e.Password.Reveal() == "") {
			l.at("email", "user and password belong together")
		}
	}
	if w := c.WebPush; w.PublicKey != "" || w.PrivateKey.Reveal() != "" {
		if err := notify.CheckVAPID(w.PublicKey, w.PrivateKey.Reveal()); err != nil {
			l.at("webpush", "%s", err)
		}
		if !strings.HasPrefix(w.Contact, "https:") && !strings.Contains(w.Contact, "@") {
			l.at("webpush.contact", "must be an e-mail address or an https address at which a push service reaches you (RFC 8292)")
		}
		if len(w.Hosts) == 0 {
			l.at("webpush.hosts", "name the push services that may be written to")
		}
	}
}

func (c *Config) checkWeCom(l *faultList) {
	checkURL(l, "wecom.url", c.WeCom.URL, false, "http", "https")
	if w := c.WeCom; w.Corp != "" && (w.Agent <= 0 || w.Secret.Reveal() == "" || w.URL == "") {
		l.at("wecom", "an application needs url, corp, agent and secret")
	}
	var areas []string
	for i, r := range c.WeCom.Robots {
		at := fmt.Sprintf("wecom.robots[%d]", i)
		if _, err := area.ParseCode(r.Area); err != nil || slices.Contains(areas, r.Area) {
			l.at(at+".area", "must be a 12-digit area code that no other robot has")
		}
		areas = append(areas, r.Area)
		checkURL(l, at+".url", r.URL.Reveal(), true, "http", "https")
	}
}
