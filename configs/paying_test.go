package configs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/hotline/area"
)

const payingAccount = "990100200300400"

// bankYAML is a sound bank over HTTP.
func bankYAML(t *testing.T) string {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(strings.Repeat("s", 32)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return `banks:
  - id: rural-1
    county: 990101000000
    form: demo_rural
    unit: "9901001"
    unit_name: 晴川县民政局
    debit_account: "` + payingAccount + `"
    agent_bank: "990100000017"
    runs: [10h, 15h30m]
    transport: http
    http: {url: "https://bank.example/v1", key_id: k1, signing: hmac-sha256, secret: "file:` + secret + `"}
`
}

func TestABankByConfiguration(t *testing.T) {
	second := strings.Replace(bankYAML(t), "banks:\n", "", 1)
	second = strings.NewReplacer("rural-1", "iso-2", "990101000000", "990102000000", "demo_rural", "iso20022", "transport: http", "transport: file", "    http:", "    http: # ").Replace(second)
	cfg, err := Load(writeFile(t, bankYAML(t)+second), nil)
	if err != nil {
		t.Fatal(err)
	}
	if shown := fmt.Sprintf("%v %+v %#v", cfg.Banks, cfg, cfg.Banks[0]); strings.Contains(shown, payingAccount) || strings.Contains(shown, "ssss") {
		t.Errorf("an account or a secret showed: %s", shown)
	}
	p, err := LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	banks, err := p.OpenBanks(cfg.Banks, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	rural, ok := banks.Of("990101001000")
	if !ok || rural.ID() != "rural-1" || rural.Wire() == nil || rural.AnswerLimit() != 24*time.Hour || rural.AbsentMeansAccepted() || rural.County() != "990101000000" {
		t.Errorf("the county's bank: %v %v", rural, ok)
	}
	iso, ok := banks.ByID("iso-2")
	if !ok || iso.Wire() != nil {
		t.Errorf("a bank by hand: %v, wire %v", ok, iso.Wire())
	}
	if _, ok := banks.Of(area.Code("990103001000")); ok {
		t.Error("a county without a bank has one")
	}
	cfg.Banks[1].Form = "none_such"
	if _, err := p.OpenBanks(cfg.Banks, time.Now); err == nil || !strings.Contains(err.Error(), "banks[1].form: no file bank/none_such.yaml") {
		t.Errorf("a form that is not there: %v", err)
	}
}

// Every mistake is told at start, with the key and what to write.
func TestMistakesOfABank(t *testing.T) {
	for _, test := range []struct{ from, to, want string }{
		{"id: rural-1", "id: Rural 1", ":2: banks[0].id: must be 1 to 32"},
		{"county: 990101000000", "county: 990101001000", ":3: banks[0].county: must be the 12-digit code of the county"},
		{"form: demo_rural", "form:", ":4: banks[0].form: is missing"},
		{"form: demo_rural", "form: demo_rural\n    statements: mt940", ":5: banks[0].statements: must be iso20022"},
		{"form: demo_rural", "form: demo_rural\n    file_name: same.txt", ":5: banks[0].file_name: must hold {batch}"},
		{"form: demo_rural", "form: demo_rural\n    answer_limit: 1s", ":5: banks[0].answer_limit: must lie between"},
		{"unit: \"9901001\"", "unit: 9901-1", ":5: banks[0].unit: Give the number"},
		{"unit_name: 晴川县民政局", "unit_name: =1+1", ":6: banks[0].unit_name: Give the name"},
		{"debit_account: \"" + payingAccount, "debit_account: \"12", ":7: banks[0].debit_account: Give the paying account's number"},
		{"debit_account: \"" + payingAccount, "debit_account: \"file:/no/such", ":7: banks[0].debit_account: cannot read the file"},
		{"agent_bank: \"990100000017\"", "agent_bank: 17", ":8: banks[0].agent_bank: Give the agent bank's number"},
		{"[10h, 15h30m]", "[15h30m, 10h]", ":9: banks[0].runs[1]: must be a time after midnight"},
		{"transport: http", "transport: pigeon", ":10: banks[0].transport: must be one of file, http"},
		{"https://bank.example", "http://bank.example", ":11: banks[0].http.url: must begin with https://"},
		{"key_id: k1", "key_id: \"\"", ":11: banks[0].http.key_id: must be the name"},
		{"signing: hmac-sha256", "signing: md5", ":11: banks[0].http.signing: must be one of hmac-sha256, rsa-sha256"},
		{"signing: hmac-sha256", "signing: rsa-sha256", ":11: banks[0].http.secret: must be our private key as PEM"},
		{"secret: \"file:", "secret: \"short\", bank_key: \"file:", ":11: banks[0].http.secret: must have at least 32 bytes"},
		{"key_id: k1", "key_id: k1, timeout: 10ms", ":11: banks[0].http.timeout: must lie between 1s and 5m"},
		{"key_id: k1", "key_id: k1, ca_file: /no/such", ":11: banks[0].http.ca_file: cannot be read"},
		{"key_id: k1", "key_id: k1, client_cert: half", ":11: banks[0].http.client_cert: and client_key must be"},
		{"banks:\n", "banks:\n  - {id: rural-1, county: 990101000000}\n", ":4: banks[1].county: has a bank already"},
		{"banks:\n", "banks:\n  - {id: rural-1, county: 990102000000}\n", ":3: banks[1].id: is already another bank's"},
	} {
		text := bankYAML(t)
		if !strings.Contains(text, test.from) {
			t.Fatalf("the bank holds no %q", test.from)
		}
		_, err := Load(writeFile(t, strings.Replace(text, test.from, test.to, 1)), nil)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s → %s: no fault %q in:\n%v", test.from, test.to, test.want, err)
		}
		if err != nil && strings.Contains(err.Error(), payingAccount) {
			t.Errorf("a fault repeats the account: %v", err)
		}
	}
}
