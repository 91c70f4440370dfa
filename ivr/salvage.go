package ivr

import (
	"strings"
)

// badRequest writes a 400 for a request that the parser gave up on, so that its
// sender stops repeating it and its owner learns why no call comes through
// (RFC 4475 wants that for most of its invalid messages). The headers that
// identify the request go back as they came, to nobody but their sender. It
// reports false where they are not all there, and for ACK and responses, which
// are never answered.
func badRequest(data []byte) (answer []byte, ok bool) {
	head, _, _ := strings.Cut(string(data), "\r\n\r\n")
	start, rest, _ := strings.Cut(head, "\r\n")
	if strings.HasPrefix(start, "SIP/") || strings.HasPrefix(start, "ACK ") || !strings.Contains(start, " ") {
		return nil, false
	}
	var b strings.Builder
	b.WriteString("SIP/2.0 400 Bad Request\r\n")
	found := map[string]bool{}
	for _, line := range headerLines(rest) {
		name, value, _ := strings.Cut(line, ":")
		name = identifying[strings.ToLower(strings.TrimSpace(name))]
		if name == "" || found[name] && name != "Via" {
			continue
		}
		found[name] = true
		if name == "To" && !strings.Contains(value, "tag=") {
			value += ";tag=unread"
		}
		b.WriteString(name + ": " + strings.TrimSpace(value) + "\r\n")
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return []byte(b.String()), len(found) == 5
}

// unreadInvite is what can be made out of an INVITE that begins a call and
// cannot be parsed.
type unreadInvite struct{ user, callID string }

// unreadableInvite reads the number and the Call-ID of such an INVITE. It
// reports false for anything else.
func unreadableInvite(data []byte) (inv unreadInvite, ok bool) {
	head, _, _ := strings.Cut(string(data), "\r\n\r\n")
	start, rest, _ := strings.Cut(head, "\r\n")
	target, ok := strings.CutPrefix(start, "INVITE ")
	if !ok {
		return unreadInvite{}, false
	}
	_, target, _ = strings.Cut(strings.TrimLeft(target, " <"), ":")
	inv.user, _, _ = strings.Cut(target, "@")
	inv.user, _, _ = strings.Cut(inv.user, " ")
	for _, line := range headerLines(rest) {
		name, value, _ := strings.Cut(line, ":")
		switch identifying[strings.ToLower(strings.TrimSpace(name))] {
		case "Call-ID":
			inv.callID = strings.TrimSpace(value)
		case "To":
			if strings.Contains(value, "tag=") {
				return unreadInvite{}, false // within a call
			}
		}
	}
	return inv, soundCallID(inv.callID)
}

// identifying are the headers a response repeats (RFC 3261 section 8.2.6.2),
// by name and compact form.
var identifying = map[string]string{"via": "Via", "v": "Via", "from": "From", "f": "From", "to": "To", "t": "To",
	"call-id": "Call-ID", "i": "Call-ID", "cseq": "CSeq"}

// headerLines splits a header section and joins folded lines (RFC 3261 section 7.3.1).
func headerLines(section string) []string {
	var lines []string
	for line := range strings.SplitSeq(section, "\r\n") {
		if n := len(lines); n > 0 && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")) {
			lines[n-1] += " " + strings.TrimSpace(line)
			continue
		}
		lines = append(lines, line)
	}
	return lines
}
