package ticket

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNewNumber(t *testing.T) {
	tests := []struct {
		name string
		at   time.Time
		seq  int
		want Number
	}{
		{"date is Shanghai's, not UTC's", time.Date(2026, 9, 30, 16, 30, 0, 0, time.UTC), 42, "2610010000424"},
		{"before midnight in Shanghai", time.Date(2026, 9, 30, 15, 59, 59, 0, time.UTC), 42, "2609300000425"},
		{"emergency range", time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC), 999999, "2601029999995"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := NewNumber(tt.at, tt.seq)
			if got != tt.want {
				t.Errorf("NewNumber = %s, want %s", got, tt.want)
			}
			if _, err := ParseNumber(string(got)); err != nil {
				t.Errorf("ParseNumber(%s): %v", got, err)
			}
		})
	}
}

// TestLuhnKnownVector is the worked example of ISO/IEC 7812-1: 7992739871 has check digit 3.
func TestLuhnKnownVector(t *testing.T) {
	if got := luhn("7992739871"); got != '3' {
		t.Errorf("luhn = %c, want 3", got)
	}
}

func TestParseNumberFindsEveryWrongDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(1_700_000_000, 2_500_000_000).Draw(t, "at"), 0)
		n := string(NewNumber(at, rapid.IntRange(0, 999_999).Draw(t, "seq")))
		if got, err := ParseNumber(n[:6] + " " + n[6:9] + "-" + n[9:]); err != nil || string(got) != n {
			t.Fatalf("ParseNumber of %s spelt with blanks = %s, %v", n, got, err)
		}
		i := rapid.IntRange(0, 12).Draw(t, "position")
		d := rapid.IntRange(1, 9).Draw(t, "shift")
		wrong := n[:i] + string('0'+(n[i]-'0'+byte(d))%10) + n[i+1:]
		if _, err := ParseNumber(wrong); !errors.Is(err, ErrBadNumber) {
			t.Fatalf("ParseNumber(%s), digit %d of %s changed: error %v, want ErrBadNumber", wrong, i, n, err)
		}
	})
}

func TestParseNumberRefuses(t *testing.T) {
	for _, s := range []string{"", "123", strings.Repeat("9", 13), "26100100004２5", "2613010000420", "26100100004244"} {
		if _, err := ParseNumber(s); !errors.Is(err, ErrBadNumber) {
			t.Errorf("ParseNumber(%q) = %v, want ErrBadNumber", s, err)
		}
	}
}
