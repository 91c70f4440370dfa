package bankhttp

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"example.org/hotline/ledger/rail"
)

// reply is an answer before it is known what was asked.
type reply struct {
	outcome Outcome // set: that is all that is known
	why     string
	batch   string // that was asked about
	status  int
	body    []byte
}

// judge looks whether the bank itself has answered this request, now.
func (c *Client) judge(resp *http.Response, batch, nonce string, body []byte) reply {
	timestamp, signature := resp.Header.Get(HeaderTime), resp.Header.Get(HeaderSignature)
	unknown := func(why string) reply { return reply{outcome: Unknown, why: why} }
	switch {
	case len(body) > rail.MostFileBytes:
		return unknown(WhyTooLarge)
	case resp.StatusCode >= http.StatusInternalServerError:
		return unknown(WhyStatus)
	case signature == "":
		return unknown(WhyUnsigned)
	case resp.Header.Get(HeaderNonce) != nonce || !c.signer.Verify(AnswerText(strconv.Itoa(resp.StatusCode), timestamp, nonce, body), signature):
		return unknown(WhySignature)
	case !near(timestamp, c.now()):
		return unknown(WhyClock)
	default:
		return reply{batch: batch, status: resp.StatusCode, body: body}
	}
}

// near reports whether the other side's clock is close to ours.
func near(timestamp string, now time.Time) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	return err == nil && now.Sub(time.Unix(seconds, 0)).Abs() <= mostSkew
}

// said is the body of an answer about a batch.
type said struct {
	Batch     string `json:"batch"`
	Status    string `json:"status"` // accepted, refused, or unknown
	Reference string `json:"reference"`
	Code      string `json:"code"`
}

// plain reads what the bank says of a batch. Whatever is not plainly one or the
// other stays unknown.
func (r reply) plain() Answer {
	if r.outcome != "" {
		return Answer{Outcome: r.outcome, Code: r.why}
	}
	var s said
	if json.Unmarshal(r.body, &s) != nil || s.Batch != r.batch {
		return Answer{Outcome: Unknown, Code: WhyUnclear}
	}
	a := Answer{Outcome: Unknown, Reference: short(s.Reference), Code: code(s.Code)}
	switch {
	case s.Status == "accepted" && r.status < http.StatusMultipleChoices,
		s.Status == "accepted" && r.status == http.StatusConflict: // sent twice: the bank has the first
		a.Outcome = Accepted
	case s.Status == "refused" && r.status != http.StatusRequestTimeout && r.status != http.StatusTooManyRequests:
		a.Outcome = Refused
	case s.Status == "unknown" && r.status == http.StatusNotFound:
		a.Code = WhyNotThere
	case a.Code == "":
		a.Code = WhyUnclear
	}
	return a
}

// file takes the return file of a batch, which comes with 200; 404 says that
// there is none yet.
func (r reply) file() Answer {
	switch {
	case r.outcome != "":
		return Answer{Outcome: r.outcome, Code: r.why}
	case r.status == http.StatusOK && len(r.body) > 0:
		return Answer{Outcome: Accepted, Body: r.body}
	case r.status == http.StatusNotFound:
		return Answer{Outcome: Unknown, Code: WhyNoReturn}
	default:
		return Answer{Outcome: Unknown, Code: WhyUnclear}
	}
}

// short keeps what a bank writes from filling a row: its references and codes are ids.
func short(text string) string {
	const most = 64
	for i, r := range text {
		if i >= most || r < ' ' || r > '~' {
			return text[:i]
		}
	}
	return text
}

// code is what a bank gives as its reason, so far as it is one: it is written to logs, and a bank may put an account's
// number into it.
func code(text string) string {
	if codeForm.MatchString(text) && !longNumber.MatchString(text) {
		return text
	}
	return ""
}

var (
	codeForm   = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,32}$`)
	longNumber = regexp.MustCompile(`[0-9]{6}`)
)
