package bankhttp

import "testing"

// What goes to the log as a bank's code is a code: neither words nor an account's number.
func TestACodeNamesNoAccount(t *testing.T) {
	for text, want := range map[string]string{"AM05": "AM05", "other_file": "other_file", "ACCT 6222021234567890 CLOSED": "", "6222021234567890": "", "E-6222021234567890": "", "户名不符": "", "": ""} {
		if got := code(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
