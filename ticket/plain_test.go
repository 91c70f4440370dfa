package ticket_test

import (
	"errors"
	"strings"
	"testing"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Numbers that name a person stay out of what many read; other numbers may stand there.
func TestPlainText(t *testing.T) {
	for text, plain := range map[string]bool{
		"": true,
		"火灾后无处做饭，发放800.00元":            true,
		"同2610010000028号工单":            true,
		"凭证202610010000000000000123":   true,
		"座机0531-81234567无人接":           true,
		"call 19900000077 back":        false,
		"电话：+8619900000077":            false,
		"电话199 0000 0077":              false,
		"电话１９９００００００７７":                false,
		"身份证990101199003070011":        false,
		"990101 19900307 001x, by him": false,
	} {
		err := ticket.PlainText("reason", text)
		if (err == nil) != plain {
			t.Errorf("%q: %v", text, err)
		}
		var f *act.Fault
		if err != nil && (!errors.As(err, &f) || f.Field != "reason" || strings.ContainsAny(f.Detail, "0123456789")) {
			t.Errorf("%q: %v does not name the field, or repeats a number", text, err)
		}
	}
}
