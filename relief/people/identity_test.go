package people

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

var today = time.Date(2026, 10, 1, 12, 0, 0, 0, ticket.Shanghai)

func TestIdentity(t *testing.T) {
	for _, tt := range []struct {
		name, typ, number, reason, code string
	}{
		{"the standard's own example", "resident_id", "11010519491231002X", "", ""},
		{"a lower-case x and blanks", "resident_id", " 110105 19491231 002x ", "", ""},
		{"another check character", "resident_id", "110105194912310021", "", "id_check_character"},
		{"two digits swapped", "resident_id", "11010519491213002X", "", "id_check_character"},
		{"fifteen digits", "resident_id", "110105491231002", "", "id_fifteen_digits"},
		{"too short", "resident_id", "1101051949123100", "", "id_length"},
		{"empty", "resident_id", "", "", "id_length"},
		{"letters", "resident_id", "11010519491231O02X", "", "id_length"},
		{"full-width digits", "resident_id", "１１０１０５19491231002X", "", "id_length"},
		{"no such day", "resident_id", "11010519490230002X", "", "id_birth_date"},
		{"born tomorrow", "resident_id", "110105202610020029", "", "id_birth_date"},
		{"born 140 years ago", "resident_id", "110105188612310029", "", "id_birth_date"},
		{"none, with a reason", "none", "", "unconscious", ""},
		{"none, without", "none", "", "", "reason_required"},
		{"none, with a number", "none", "11010519491231002X", "lost", "not_expected"},
		{"another type", "passport", "E1", "", "unknown_type"},
	} {
		_, _, err := ParseIdentity(IdentityInput{Type: IdentityType(tt.typ), Number: tt.number, Reason: tt.reason}, today)
		var fault *act.Fault
		code := ""
		if errors.As(err, &fault) {
			code = fault.Code
		}
		if code != tt.code {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.code)
		}
		if err != nil && len(tt.number) > 5 && strings.Contains(err.Error(), tt.number[:6]) {
			t.Errorf("%s: the error repeats the number", tt.name)
		}
	}
}

// Any one wrong digit, and any swap of two neighbours, is caught.
func TestIdentityCatchesSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 34_000).Draw(t, "day"))
		digits := fmt.Sprintf("990101%s%03d", day.Format("20060102"), rapid.IntRange(0, 999).Draw(t, "serial"))
		number := digits + string(checkCharacter(digits))
		id, _, err := ParseIdentity(IdentityInput{Type: IdentityResident, Number: number}, today)
		if err != nil {
			t.Fatalf("a good number was refused: %v", err)
		}
		if got := id.Masked(); got != number[:3]+"***********"+number[14:] {
			t.Fatalf("masked %s", got)
		}
		i := rapid.IntRange(0, 16).Draw(t, "at")
		slip := []byte(number)
		if rapid.Bool().Draw(t, "swap") {
			slip[i], slip[i+1] = slip[i+1], slip[i]
		} else {
			slip[i] = '0' + (slip[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		}
		if string(slip) == number {
			return
		}
		if _, _, err := ParseIdentity(IdentityInput{Type: IdentityResident, Number: string(slip)}, today); err == nil {
			t.Fatalf("a slip at %d was taken", i)
		}
	})
}

// A citizen's text does not come out by accident.
func TestPrivate(t *testing.T) {
	p := act.Private("110105")
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "p", p, "f", Identity{Number: p})
	fmt.Fprintf(&b, "%s %v %+v %#v %q %d %x", p, p, Identity{Number: p}, p, p, p, p)
	if j, err := p.MarshalJSON(); err != nil || strings.Contains(string(j), "110105") {
		t.Errorf("JSON %s (%v)", j, err)
	}
	if strings.Contains(b.String(), "110105") || strings.Contains(b.String(), "313130") {
		t.Errorf("came out in %s", b.String())
	}
}

// FuzzParseIdentity holds the reader to its word on anything: no panic, what it
// takes is normal and takes itself, what it refuses it does not repeat.
func FuzzParseIdentity(f *testing.F) {
	for _, seed := range []string{"11010519491231002X", " 11010519491231002x", "110105491231002", "", "１１０１０５", "99010119800101001\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, number string) {
		id, _, err := ParseIdentity(IdentityInput{Type: IdentityResident, Number: number}, today)
		if err != nil {
			if len(number) > 12 && strings.Contains(err.Error(), number) {
				t.Errorf("the refusal repeats the number")
			}
			return
		}
		again, _, err := ParseIdentity(IdentityInput{Type: IdentityResident, Number: string(id.Number)}, today)
		if err != nil || again != id || len(id.Number) != 18 || len(id.Masked()) != 18 {
			t.Errorf("%q became %q, then %q (%v)", number, string(id.Number), string(again.Number), err)
		}
	})
}
