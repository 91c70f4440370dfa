package configs

import (
	"fmt"
	"io/fs"
	"slices"
	"time"

	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief/source"
	"example.org/hotline/relief/source/connect"
)

// SourceConfig is the way to the data sources of one department.
type SourceConfig struct {
	Department    string   `yaml:"department"`
	Sources       []string `yaml:"sources"`
	URL           string   `yaml:"url"`
	KeyID         string   `yaml:"key_id"`
	Secret        Secret   `yaml:"secret"`
	SignedAnswers bool     `yaml:"signed_answers"`
	CAFile        string   `yaml:"ca_file"`
	ClientCert    Secret   `yaml:"client_cert"`
	ClientKey     Secret   `yaml:"client_key"`
}

// loadSources reads catalogue/sources.yaml. A city without the file asks no source.
func loadSources(from fs.FS, all *faultList) *source.Catalogue {
	const file = "catalogue/sources.yaml"
	c := new(source.Catalogue)
	data, err := fs.ReadFile(from, file)
	if err != nil {
		return c
	}
	c, err = ParseSources(file, data)
	all.keep(err)
	return c
}

// ParseSources reads and checks a catalogue of data sources; every fault comes with its line.
func ParseSources(file string, data []byte) (*source.Catalogue, error) {
	c := new(source.Catalogue)
	return c, parse(file, data, c, c.Check)
}

// checkPaperSources reports the data sources that papers name and the catalogue does not have.
func (p *Policies) checkPaperSources(all *faultList) {
	if len(p.Sources.Sources) == 0 {
		return
	}
	for _, v := range p.Aids {
		for _, paper := range v.PaperKinds {
			for _, code := range paper.Sources {
				if _, known := p.Sources.Source(code); !known {
					all.keep(&Fault{File: "policy/" + v.Version + ".yaml", Path: "papers", Detail: fmt.Sprintf("%s names a data source that catalogue/sources.yaml does not have: %s", paper.Code, code)})
				}
			}
		}
	}
}

func (c *Config) sourceSecrets() map[string]*Secret {
	secrets := map[string]*Secret{}
	for i := range c.Sources {
		s, at := &c.Sources[i], fmt.Sprintf("sources[%d].", i)
		secrets[at+"secret"], secrets[at+"client_cert"], secrets[at+"client_key"] = &s.Secret, &s.ClientCert, &s.ClientKey
	}
	return secrets
}

// checkSources holds each way to what it needs. Whether its sources are there the policies say.
func (c *Config) checkSources(l *faultList) {
	taken := map[string]bool{}
	for i, s := range c.Sources {
		at := fmt.Sprintf("sources[%d]", i)
		required(l, at+".department", s.Department, "name a department of catalogue/sources.yaml")
		names := s.Sources
		if len(names) == 0 {
			names = []string{""} // all of the department's
		}
		for _, name := range names {
			if key := s.Department + "/" + name; taken[key] || taken[s.Department+"/"] {
				l.at(at, "is reached by another entry already: leave one out")
			} else {
				taken[key] = true
			}
		}
		_, err := s.way(func() time.Time { return time.Time{} }) // nobody is asked yet
		l.takeBelow(at, err)
	}
}

func (s SourceConfig) way(now func() time.Time) (connect.Way, error) {
	trust, err := BankHTTPConfig{CAFile: s.CAFile, ClientCert: s.ClientCert, ClientKey: s.ClientKey}.tls()
	if err != nil {
		return connect.Way{}, err
	}
	w := connect.Way{URL: s.URL, KeyID: s.KeyID, SignedAnswers: s.SignedAnswers, TLS: trust, Now: now}
	if w.Signer, err = bankhttp.NewHMAC(s.Secret.Reveal()); err != nil {
		return w, fmt.Errorf("secret must have at least 32 bytes: ask the department for a longer one")
	}
	return w, w.Check()
}

// OpenSources are the connectors to every source that hotline.yaml says a way to, by code. They connect to nothing yet.
func (p *Policies) OpenSources(list []SourceConfig, now func() time.Time) (map[string]*connect.Connector, error) {
	l := &faultList{file: "hotline.yaml"}
	open := map[string]*connect.Connector{}
	for i, s := range list {
		at := fmt.Sprintf("sources[%d]", i)
		way, err := s.way(now)
		l.takeBelow(at, err)
		if err != nil {
			continue
		}
		reached := 0
		for _, one := range p.Sources.Sources {
			if one.Department == s.Department && (len(s.Sources) == 0 || slices.Contains(s.Sources, one.Code)) {
				open[one.Code] = connect.New(one, *p.Sources, way)
				reached++
			}
		}
		if want := max(len(s.Sources), 1); reached < want {
			l.at(at, "catalogue/sources.yaml has no such department, or the department no such source")
		}
	}
	return open, l.err()
}
