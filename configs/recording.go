package configs

import (
	"fmt"
	"net"
	"time"
)

// RecordingConfig is how long recordings are kept.
type RecordingConfig struct {
	Keep          time.Duration `yaml:"keep"`
	VoicemailKeep time.Duration `yaml:"voicemail_keep"`
	Sync          time.Duration `yaml:"sync"`
	ReserveMB     int           `yaml:"reserve_mb"`
}

// PeerConfig is one node of the line as the others reach it.
type PeerConfig struct {
	ID  string `yaml:"id"`
	URL string `yaml:"url"`
	SIP string `yaml:"sip"`
}

func (c *Config) checkRecording(l *faultList) {
	within(l, "recording.keep", c.Recording.Keep, 24*time.Hour, 20*8766*time.Hour)
	within(l, "recording.voicemail_keep", c.Recording.VoicemailKeep, 24*time.Hour, 20*8766*time.Hour)
	within(l, "recording.sync", c.Recording.Sync, 100*time.Millisecond, time.Minute)
	if c.Recording.ReserveMB < 0 || c.Recording.ReserveMB > 1<<20 {
		l.at("recording.reserve_mb", "must lie between 0 and 1048576")
	}
	seen := map[string]bool{}
	for i, n := range c.Nodes {
		at := fmt.Sprintf("nodes[%d]", i)
		if !nodeID.MatchString(n.ID) || seen[n.ID] {
			l.at(at+".id", "must be the node.id of one node, and another in every entry")
		}
		seen[n.ID] = true
		checkURL(l, at+".url", n.URL, true, "http", "https")
		if _, _, err := net.SplitHostPort(n.SIP); n.SIP != "" && err != nil {
			l.at(at+".sip", "must be host and port, such as 192.0.2.10:5060, or empty")
		}
	}
}
