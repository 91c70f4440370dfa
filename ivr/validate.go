package ivr

import (
	"slices"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// refusal is an answer that needs no call and no transaction.
type refusal struct {
	status  int
	reason  string
	headers []sip.Header
}

func refuse(status int, reason string, headers ...sip.Header) *refusal {
	return &refusal{status, reason, headers}
}

// Bounds on what ends up in tables and rows.
const (
	maxHeaders = 100
	maxCallID  = 512
	maxTag     = 512
)

// allowed are the methods of a trunk. There is no registrar and no transfer on
// this side; those belong to agents.
var allowed = []sip.RequestMethod{sip.INVITE, sip.ACK, sip.BYE, sip.CANCEL, sip.OPTIONS, sip.INFO, sip.PRACK, sip.UPDATE}

// allowHeader lists them (RFC 3261 section 20.5).
func allowHeader() sip.Header {
	return sip.NewHeader("Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, PRACK, UPDATE")
}

// validate is the examination of RFC 3261 section 8.2 and RFC 4475: what the
// parser lets through but a server must not act on. nil means sound. The order
// is that of the RFC: syntax, method, Request-URI, Require, content.
func validate(req *sip.Request) *refusal {
	if req.SipVersion != "SIP/2.0" {
		return refuse(505, "Version Not Supported")
	}
	if r := validateHeaders(req); r != nil {
		return r
	}
	if !slices.Contains(allowed, req.Method) {
		return refuse(405, "Method Not Allowed", allowHeader())
	}
	if r := validateTarget(req); r != nil {
		return r
	}
	if r := validateExtensions(req); r != nil {
		return r
	}
	return validateContent(req)
}

// identified tells whether a request, sound or not, can be told apart from
// others and answered: enough for a call to a service number to be kept.
func identified(req *sip.Request) bool {
	for _, name := range []string{"From", "To", "Call-ID", "CSeq"} {
		if len(req.GetHeaders(name)) != 1 {
			return false
		}
	}
	return req.Via() != nil && soundCallID(req.CallID().Value())
}

func soundCallID(id string) bool { return id != "" && len(id) <= maxCallID && printable(id) }

// validateHeaders wants each of the headers that identify a message exactly
// once, bounded and consistent (RFC 3261 sections 8.1.1 and 20).
func validateHeaders(req *sip.Request) *refusal {
	bad := refuse(400, "Bad Request")
	if !identified(req) || len(req.Headers()) > maxHeaders {
		return bad
	}
	for _, name := range []string{"Max-Forwards", "Content-Length", "Content-Type"} {
		if len(req.GetHeaders(name)) > 1 {
			return bad
		}
	}
	from, _ := req.From().Params.Get("tag")
	to, _ := req.To().Params.Get("tag")
	switch {
	case from == "": // RFC 2543 senders have none; no operator's trunk is one
		return bad
	case len(from) > maxTag || len(to) > maxTag:
		return bad
	case !strings.EqualFold(string(req.CSeq().MethodName), string(req.Method)): // sipgo reads one in capitals
		return bad
	case !soundBranch(req.Via()):
		return bad
	}
	return nil
}

// soundBranch wants the magic cookie of RFC 3261 section 8.1.1.7 and something
// behind it: without that, transactions of different calls are one.
func soundBranch(via *sip.ViaHeader) bool {
	branch, _ := via.Params.Get("branch")
	rest, ok := strings.CutPrefix(branch, sip.RFC3261BranchMagicCookie)
	return ok && rest != "" && len(branch) <= maxTag && printable(branch)
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7F {
			return false
		}
	}
	return true
}

// validateTarget looks at the Request-URI (RFC 3261 sections 8.2.2.1, 19.1.1).
func validateTarget(req *sip.Request) *refusal {
	switch strings.ToLower(req.Recipient.Scheme) {
	case "sip", "tel":
	default:
		return refuse(416, "Unsupported URI Scheme")
	}
	if req.Recipient.Headers.Length() > 0 {
		return refuse(400, "Bad Request") // headers are not allowed in a Request-URI
	}
	return nil
}

// validateExtensions names every extension that the sender insists on: none is
// supported (RFC 3261 section 8.2.2.3).
func validateExtensions(req *sip.Request) *refusal {
	if req.IsAck() || req.IsCancel() {
		return nil
	}
	var unsupported []string
	for _, name := range []string{"Require", "Proxy-Require"} {
		for _, h := range req.GetHeaders(name) {
			unsupported = append(unsupported, cleanLine(h.Value(), maxTag))
		}
	}
	if len(unsupported) == 0 {
		return nil
	}
	return refuse(420, "Bad Extension", sip.NewHeader("Unsupported", strings.Join(unsupported, ", ")))
}

// validateContent takes SDP where a session is described and wants its answer
// to be welcome (RFC 3261 section 8.2.3).
func validateContent(req *sip.Request) *refusal {
	accept := sip.NewHeader("Accept", "application/sdp")
	if req.IsInvite() && !welcomes(req, "application/sdp") {
		return refuse(406, "Not Acceptable", accept)
	}
	if len(req.Body()) == 0 || req.IsAck() {
		return nil
	}
	if h := req.GetHeader("Content-Encoding"); h != nil && !strings.EqualFold(h.Value(), "identity") {
		return refuse(415, "Unsupported Media Type", accept, sip.NewHeader("Accept-Encoding", "identity"))
	}
	if (req.IsInvite() || req.Method == sip.UPDATE) && contentType(req) != "application/sdp" {
		return refuse(415, "Unsupported Media Type", accept)
	}
	return nil
}

// welcomes reads Accept (RFC 3261 section 20.1); none means SDP is welcome.
func welcomes(req *sip.Request, want string) bool {
	headers := req.GetHeaders("Accept")
	if len(headers) == 0 {
		return true
	}
	major, _, _ := strings.Cut(want, "/")
	return listed(headers, func(kind string) bool {
		kind = strings.ToLower(kind)
		return kind == want || kind == major+"/*" || kind == "*/*"
	})
}

// listed tells whether one of the values that headers list, without its
// parameters, is one of those meant.
func listed(headers []sip.Header, meant func(value string) bool) bool {
	for _, h := range headers {
		for value := range strings.SplitSeq(h.Value(), ",") {
			value, _, _ = strings.Cut(value, ";")
			if meant(strings.TrimSpace(value)) {
				return true
			}
		}
	}
	return false
}

// contentType is the media type without parameters, in lower case.
func contentType(req *sip.Request) string {
	h := req.ContentType()
	if h == nil {
		return ""
	}
	kind, _, _ := strings.Cut(h.Value(), ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// cleanLine bounds hostile text and drops what could break a line.
func cleanLine(s string, limit int) string {
	var b strings.Builder
	for _, r := range s {
		if b.Len() >= limit {
			break
		}
		if r >= ' ' && r != 0x7F && r != '\uFFFD' {
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

// retryAfter is the header of a 503 (RFC 3261 section 20.33).
func retryAfter(seconds int) sip.Header {
	return sip.NewHeader("Retry-After", strconv.Itoa(max(1, seconds)))
}
