package configs

import (
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief/discovery"
	"example.org/hotline/ticket"
)

// AlertConfig is a system of another department that tells of people.
type AlertConfig struct {
	Sender string             `yaml:"sender"`
	Office string             `yaml:"office"`
	Area   string             `yaml:"area"`
	County string             `yaml:"county"`
	Kinds  []ticket.AlertKind `yaml:"kinds"`
	Secret Secret             `yaml:"secret"`
}

// From is the sender as its alerts are judged.
func (a AlertConfig) From() discovery.Sender {
	county := area.Code(a.County)
	if county == "" {
		county = area.Code(a.Area)
	}
	return discovery.Sender{Name: a.Sender, Office: a.Office, Area: area.Code(a.Area), County: county, Kinds: a.Kinds}
}

// Signer checks what the sender signs; nil where it has no secret, and brings files alone.
func (a AlertConfig) Signer() (bankhttp.Signer, error) {
	if a.Secret.Reveal() == "" {
		return nil, nil
	}
	return bankhttp.NewHMAC(a.Secret.Reveal())
}

func (c *Config) alertSecrets() map[string]*Secret {
	secrets := map[string]*Secret{}
	for i := range c.Alerts {
		secrets[fmt.Sprintf("alerts[%d].secret", i)] = &c.Alerts[i].Secret
	}
	return secrets
}

func (c *Config) checkAlerts(l *faultList) {
	taken := map[string]bool{}
	for i, a := range c.Alerts {
		at := fmt.Sprintf("alerts[%d]", i)
		required(l, at+".sender", a.Sender, "name the system: it signs by this name")
		required(l, at+".office", a.Office, "name the department as people know it")
		if taken[a.Sender] {
			l.at(at+".sender", "is another entry's name already")
		}
		taken[a.Sender] = true
		from := a.From()
		if !from.Area.Proper() || from.Area.Level() != area.LevelCity && from.Area.Level() != area.LevelCounty {
			l.at(at+".area", "must be the 12-digit code of a city or a county: of its people the system may tell")
		}
		if from.County.Level() != area.LevelCounty || !from.Area.Contains(from.County) {
			l.at(at+".county", "must be the code of a county of this area: it takes those whose place is unknown")
		}
		for j, kind := range a.Kinds {
			oneOf(l, fmt.Sprintf("%s.kinds[%d]", at, j), string(kind), kindsOfAlerts()...)
		}
		if _, err := a.Signer(); err != nil {
			l.at(at+".secret", "must have at least 32 bytes: the system signs every alert with it")
		}
	}
}

func kindsOfAlerts() (names []string) {
	for _, k := range ticket.AlertKinds() {
		names = append(names, string(k))
	}
	return names
}
