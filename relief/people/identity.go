// Package people is whom the city helps: households and the persons in them, who
// they are known as, and who has looked them up. It is pure domain over a
// transaction that store provides.
package people

import (
	"context"
	"errors"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// IdentityType says what proves who a person is.
type IdentityType string

// The types. A newborn or an unconscious stranger has none (社会救助法 Art 30).
const (
	IdentityResident IdentityType = "resident_id" // GB 11643, 18 characters
	IdentityNone     IdentityType = "none"        // with a reason
)

// Identity is a checked identity.
type Identity struct {
	Type   IdentityType
	Number act.Private // normalised; empty for none
	Reason string      // why there is none
}

// IdentityInput is an identity as typed.
type IdentityInput struct {
	Type   IdentityType
	Number string
	Reason string
}

// The warnings that findings can carry.
const (
	WarnUnknownPrefix = "id_unknown_area" // no such division: an old county, or a typing mistake
	WarnNoIdentity    = "id_none"         // the household's limit cannot be held across tickets
)

// ParseIdentity checks an identity number by GB 11643: length, birth date,
// check character. The lower-case x is taken, blanks are dropped. The value
// never appears in an error.
func ParseIdentity(in IdentityInput, now time.Time) (Identity, []string, error) {
	switch in.Type {
	case IdentityNone:
		if in.Reason == "" {
			return Identity{}, nil, act.Invalid("id_reason", "reason_required", "Say why there is no identity number: newborn, unconscious, papers lost.")
		}
		if in.Number != "" {
			return Identity{}, nil, act.Invalid("id_number", "not_expected", "Leave the number empty where there is none, or choose resident_id.")
		}
		return Identity{Type: IdentityNone, Reason: in.Reason}, []string{WarnNoIdentity}, nil
	case IdentityResident:
		number := strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(in.Number), " ", ""))
		if err := checkResident(number, now); err != nil {
			return Identity{}, nil, err
		}
		return Identity{Type: IdentityResident, Number: act.Private(number)}, []string{}, nil
	default:
		return Identity{}, nil, act.Invalid("id_type", "unknown_type", "Use resident_id or none.")
	}
}

// oldest is the greatest age that is believed, in years.
const oldest = 130

func checkResident(n string, now time.Time) error {
	bad := func(code, detail string) error { return act.Invalid("id_number", code, detail) }
	if len(n) == 15 && strings.Trim(n, "0123456789") == "" {
		return bad("id_fifteen_digits", "This is a number of the first generation; ask for the 18-character one.")
	}
	if len(n) != 18 || strings.Trim(n[:17], "0123456789") != "" || !strings.Contains("0123456789X", n[17:]) {
		return bad("id_length", "An identity number has 17 digits and a check character, a digit or X.")
	}
	born, err := time.ParseInLocation("20060102", n[6:14], ticket.Shanghai)
	if err != nil || born.After(now) || born.Before(now.AddDate(-oldest, 0, 0)) {
		return bad("id_birth_date", "The birth date in the number is not possible; read it again.")
	}
	if n[17] != checkCharacter(n[:17]) {
		return bad("id_check_character", "The number's check character does not fit; one character is wrong or two are swapped.")
	}
	return nil
}

// WithCheckCharacter completes the 17 digits of an identity number, for people who are invented.
func WithCheckCharacter(digits string) string { return digits + string(checkCharacter(digits)) }

// checkCharacter is ISO 7064 MOD 11-2 as GB 11643 writes it.
func checkCharacter(digits string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// provinces are the first two digits of GB/T 2260.
const provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"

// Places is the tree of divisions.
type Places interface {
	// Division finds a division by its code; act.ErrNotFound where there is none.
	Division(ctx context.Context, code area.Code) (area.Division, error)
}

// KnownPlace warns of an area prefix that neither the national list of
// provinces nor the area tree knows. It is no error: old counties are gone from
// every list while their people keep their numbers.
func KnownPlace(ctx context.Context, places Places, id Identity, warnings []string) ([]string, error) {
	if id.Type != IdentityResident || strings.Contains(provinces, string(id.Number[:2])) {
		return warnings, nil
	}
	_, err := places.Division(ctx, area.Code(string(id.Number[:6])+"000000"))
	if errors.Is(err, act.ErrNotFound) {
		return append(warnings, WarnUnknownPrefix), nil
	}
	return warnings, err
}

// Indexed is what a person's blind index is made of. A person without a number is
// told apart by where they came up: their ticket, their page in the register.
func (id Identity) Indexed(where string) string {
	if id.Type == IdentityNone {
		return where
	}
	return string(id.Number)
}

// Masked shows the first three and last four characters.
func (id Identity) Masked() string {
	if id.Type != IdentityResident || len(id.Number) != 18 {
		return ""
	}
	return string(id.Number[:3]) + strings.Repeat("*", 11) + string(id.Number[14:])
}

// Born is the birth date in a number; empty without one.
func (id Identity) Born() ticket.Date {
	if id.Type != IdentityResident {
		return ""
	}
	n := string(id.Number)
	return ticket.Date(n[6:10] + "-" + n[10:12] + "-" + n[12:14])
}

// Sex is what the number's seventeenth digit says: odd for men.
func (id Identity) Sex() Sex {
	switch {
	case id.Type != IdentityResident:
		return ""
	case (id.Number[16]-'0')%2 == 1:
		return SexMale
	default:
		return SexFemale
	}
}
