package configs

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/ledger/rail/gateway"
)

// BankConfig is a city's account with one bank, through which a county's fund pays.
type BankConfig struct {
	ID                  string          `yaml:"id"`
	County              string          `yaml:"county"`
	Form                string          `yaml:"form"`
	Statements          string          `yaml:"statements"`
	FileName            string          `yaml:"file_name"`
	Unit                string          `yaml:"unit"`
	UnitName            string          `yaml:"unit_name"`
	DebitAccount        Secret          `yaml:"debit_account"`
	AgentBank           string          `yaml:"agent_bank"`
	AbsentMeansAccepted bool            `yaml:"absent_means_accepted"`
	AnswerLimit         time.Duration   `yaml:"answer_limit"`
	Runs                []time.Duration `yaml:"runs"`
	Transport           string          `yaml:"transport"`
	ReturnsByHand       bool            `yaml:"returns_by_hand"`
	HTTP                BankHTTPConfig  `yaml:"http"`
}

// BankHTTPConfig is the way to a bank's interface.
type BankHTTPConfig struct {
	URL        string        `yaml:"url"`
	KeyID      string        `yaml:"key_id"`
	Signing    string        `yaml:"signing"`
	Secret     Secret        `yaml:"secret"`
	BankKey    Secret        `yaml:"bank_key"`
	Timeout    time.Duration `yaml:"timeout"`
	CountsOnce bool          `yaml:"counts_once"`
	CAFile     string        `yaml:"ca_file"`
	ClientCert Secret        `yaml:"client_cert"`
	ClientKey  Secret        `yaml:"client_key"`
}

// The ways by which a bank's files travel.
const (
	transportFile = "file"
	transportHTTP = "http"
)

// How requests to a bank are signed.
const (
	signingHMAC = "hmac-sha256"
	signingRSA  = "rsa-sha256"
)

// reserveTimeout is the time one request to a bank may take where none is set.
const reserveTimeout = 30 * time.Second

func (c *Config) bankSecrets() map[string]*Secret {
	secrets := map[string]*Secret{}
	for i := range c.Banks {
		b, at := &c.Banks[i], fmt.Sprintf("banks[%d].", i)
		secrets[at+"debit_account"], secrets[at+"http.secret"], secrets[at+"http.bank_key"] = &b.DebitAccount, &b.HTTP.Secret, &b.HTTP.BankKey
		secrets[at+"http.client_cert"], secrets[at+"http.client_key"] = &b.HTTP.ClientCert, &b.HTTP.ClientKey
	}
	return secrets
}

// checkBanks holds each bank to what it needs. Whether its layout is there the
// policies say, when they are loaded.
func (c *Config) checkBanks(l *faultList) {
	ids, counties := map[string]bool{}, map[string]bool{}
	for i, b := range c.Banks {
		at := fmt.Sprintf("banks[%d]", i)
		required(l, at+".form", b.Form, "name a file of bank/, such as demo_rural, or iso20022")
		oneOf(l, at+".transport", b.Transport, transportFile, transportHTTP)
		if ids[b.ID] {
			l.at(at+".id", "is already another bank's")
		}
		if counties[b.County] {
			l.at(at+".county", "has a bank already: a county's fund lies on one account")
		}
		ids[b.ID], counties[b.County] = true, true
		settings := b.settings()
		l.takeBelow(at, settings.Check())
		if b.Transport == transportHTTP {
			_, err := b.HTTP.client(func() time.Time { return time.Time{} }) // nobody is asked yet
			l.takeBelow(at+".http", err)
		}
	}
}

// settings are the bank's but for its layout and its wire.
func (b BankConfig) settings() gateway.Settings {
	return gateway.Settings{ID: b.ID, County: area.Code(b.County), Statements: cmp.Or(b.Statements, gateway.FormISO20022), FileName: rail.FileName(b.FileName),
		Unit: b.Unit, UnitName: b.UnitName, Debit: rail.Private(b.DebitAccount.Reveal()), AgentBank: b.AgentBank, AbsentMeansAccepted: b.AbsentMeansAccepted,
		ReturnsByHand: b.ReturnsByHand, AnswerLimit: cmp.Or(b.AnswerLimit, gateway.ReserveAnswerLimit), Runs: b.Runs}
}

// client is the way to the bank's interface; what is wrong with it is an
// *act.Fault with the key's name.
func (h BankHTTPConfig) client(now func() time.Time) (*bankhttp.Client, error) {
	signer, err := h.signer()
	if err != nil {
		return nil, err
	}
	trust, err := h.tls()
	if err != nil {
		return nil, err
	}
	return bankhttp.New(bankhttp.Settings{URL: h.URL, KeyID: h.KeyID, Signer: signer, Timeout: h.patience(), Now: now, TLS: trust})
}

func (h BankHTTPConfig) patience() time.Duration { return cmp.Or(h.Timeout, reserveTimeout) }

func (h BankHTTPConfig) signer() (bankhttp.Signer, error) {
	switch h.Signing {
	case signingHMAC:
		return bankhttp.NewHMAC(h.Secret.Reveal())
	case signingRSA:
		return bankhttp.NewRSA(h.Secret.Reveal(), h.BankKey.Reveal())
	default:
		return nil, act.Invalid("signing", "bank_signing", "must be one of "+signingHMAC+", "+signingRSA)
	}
}

// tls is whom we trust and how we show who we are; nil: the system's authorities
// and no certificate of ours.
func (h BankHTTPConfig) tls() (*tls.Config, error) {
	cert, key := h.ClientCert.Reveal(), h.ClientKey.Reveal()
	if h.CAFile == "" && cert == "" && key == "" {
		return nil, nil //nolint:nilnil // the system's
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if h.CAFile != "" {
		data, err := os.ReadFile(h.CAFile)
		if err != nil {
			return nil, act.Invalid("ca_file", "bank_ca", "cannot be read: name a file of certificates (PEM)")
		}
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(data) {
			return nil, act.Invalid("ca_file", "bank_ca", "holds no certificate (PEM)")
		}
	}
	if cert != "" || key != "" {
		pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
		if err != nil {
			return nil, act.Invalid("client_cert", "bank_certificate", "and client_key must be a certificate and its key (PEM), both or neither")
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	return conf, nil
}

// OpenBanks are the banks that hotline.yaml names, in their forms, speaking by
// the clock now. They connect to nothing yet.
func (p *Policies) OpenBanks(list []BankConfig, now func() time.Time) (gateway.Banks, error) {
	l := &faultList{file: "hotline.yaml"}
	banks := make(gateway.Banks, 0, len(list))
	for i, b := range list {
		at := fmt.Sprintf("banks[%d]", i)
		settings := b.settings()
		if b.Form != gateway.FormISO20022 {
			if settings.Layout = p.Banks[b.Form]; settings.Layout == nil {
				l.at(at+".form", "no file bank/%s.yaml was loaded", b.Form)
				continue
			}
		}
		if b.Transport == transportHTTP {
			client, err := b.HTTP.client(now)
			l.takeBelow(at+".http", err)
			settings.Wire, settings.Patience, settings.CountsOnce = client, b.HTTP.patience(), b.HTTP.CountsOnce
		}
		bank, err := gateway.New(settings)
		l.takeBelow(at, err)
		banks = append(banks, bank)
	}
	return banks, l.err()
}
