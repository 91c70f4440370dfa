package ivr

import (
	"net/url"
	"strings"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ticket"
)

// numberSet finds a service number by any form of it.
type numberSet map[string]string

func newNumberSet(numbers []ServiceNumber) numberSet {
	set := numberSet{}
	for _, n := range numbers {
		set[dialled(n.Number)] = n.Number
		for _, alias := range n.Aliases {
			set[dialled(alias)] = n.Number
		}
	}
	return set
}

// target returns the service number a request is for.
func (s numberSet) target(uri *sip.Uri) (string, bool) {
	user := uri.User
	if strings.EqualFold(uri.Scheme, "tel") {
		user = uri.Raw()
	}
	number, ok := s[dialled(user)]
	return number, ok
}

// dialled takes the visual separators and parameters off a number (RFC 3966
// section 5.1.1), and returns "" for anything that is not one.
func dialled(user string) string {
	user, _, _ = strings.Cut(user, ";")
	user = unescaped(user)
	var b strings.Builder
	for i, r := range user {
		switch {
		case r >= '0' && r <= '9', r == '+' && i == 0:
			b.WriteRune(r)
		case strings.ContainsRune("-.() ", r):
		default:
			return ""
		}
	}
	if b.Len() > 32 {
		return ""
	}
	return b.String()
}

// callerOf reads who calls: P-Asserted-Identity where the trunk's is trusted,
// else From; a number without area code is one of the trunk's. Either is a hint and never proof (anyone may forge it upstream).
func callerOf(req *sip.Request, trunk *Trunk) ticket.Phone {
	if trunk.TrustPAI {
		for _, h := range req.GetHeaders("P-Asserted-Identity") {
			if phone := ticket.ParseLocalPhone(unescaped(identityUser(h.Value())), trunk.AreaCode); phone.E164 != "" {
				return phone
			}
		}
	}
	user := req.From().Address.User
	if strings.EqualFold(req.From().Address.Scheme, "tel") {
		user = req.From().Address.Raw()
	}
	user, _, _ = strings.Cut(user, ";")
	return ticket.ParseLocalPhone(unescaped(user), trunk.AreaCode)
}

// unescaped turns %2B and the like into what they stand for (RFC 3261 section
// 19.1.4). What is not well escaped stays as it is.
func unescaped(user string) string {
	plain, err := url.PathUnescape(user)
	if err != nil {
		return user
	}
	return plain
}

// identityUser takes the user part out of a P-Asserted-Identity value (RFC 3325
// section 9.1): <sip:+86…@host>, <tel:+86…>, with or without display name.
func identityUser(value string) string {
	if len(value) > 512 {
		return ""
	}
	if _, inner, ok := strings.Cut(value, "<"); ok {
		value, _, _ = strings.Cut(inner, ">")
	}
	scheme, rest, ok := strings.Cut(strings.TrimSpace(value), ":")
	if !ok {
		return ""
	}
	switch strings.ToLower(scheme) {
	case "sip", "sips":
		rest, _, ok = strings.Cut(rest, "@")
		if !ok {
			return ""
		}
	case "tel":
	default:
		return ""
	}
	user, _, _ := strings.Cut(rest, ";")
	return user
}
