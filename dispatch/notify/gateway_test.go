package notify_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/hotline/dispatch/notify"
	"example.org/hotline/ticket"
)

// provider answers as it is told and keeps what it was asked.
type provider struct {
	request *http.Request
	body    string
	status  int
	answer  string
}

func newProvider(t *testing.T) (*provider, string) {
	p := &provider{status: http.StatusOK}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		p.request, p.body = r, string(body)
		w.WriteHeader(p.status)
		_, _ = io.WriteString(w, p.answer)
	}))
	t.Cleanup(server.Close)
	return p, server.URL
}

var aMessage = notify.Message{Ref: "0191-ref", Address: "+8619900000001", Text: "工单 0424", Template: "offer", Order: []string{"priority", "number"},
	Fields: map[string]string{"priority": "P1", "number": "2610010000424"}}

func gatewayOf(t *testing.T, name, url string) *notify.SMS {
	t.Helper()
	sms, err := notify.NewSMS(shape(t, name), notify.GatewaySetup{URL: url, Account: "AKID", Secret: "secret", Codes: map[string]string{"offer": "SMS_42"},
		Settings: map[string]string{"sign_name": "测试热线", "app_id": "1400000000", "region": "ap-guangzhou"}})
	if err != nil {
		t.Fatal(err)
	}
	return sms
}

// outcome names how a sending ended.
func outcome(err error) string {
	switch {
	case err == nil:
		return "sent"
	case errors.Is(err, notify.ErrRejected):
		return "rejected"
	case errors.Is(err, notify.ErrNotSent):
		return "not_sent"
	}
	return "unknown"
}

// The form and its RPC signature are recomputed here from the provider's own
// description: percent-encoded parameters by name, POST&%2F&…, HMAC-SHA1 with the secret and &.
func TestTheAliyunShape(t *testing.T) {
	p, address := newProvider(t)
	sms := gatewayOf(t, "aliyun", address)
	p.answer = `{"Code":"OK","Message":"OK","BizId":"900619746936498440^0","RequestId":"r"}`
	id, err := sms.Send(t.Context(), aMessage)
	if err != nil || id != "900619746936498440^0" {
		t.Fatalf("%q, %v", id, err)
	}
	form, err := url.ParseQuery(p.body)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Action": "SendSms", "PhoneNumbers": "19900000001", "SignName": "测试热线", "TemplateCode": "SMS_42", "OutId": "0191-ref",
		"TemplateParam": `{"number":"2610010000424","priority":"P1"}`, "AccessKeyId": "AKID"} {
		if got := form.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	var names []string
	for name := range form {
		if name != "Signature" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	special := func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(s), "+", "%20"), "*", "%2A"), "%7E", "~")
	}
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, special(name)+"="+special(form.Get(name)))
	}
	mac := hmac.New(sha1.New, []byte("secret&"))
	mac.Write([]byte("POST&%2F&" + special(strings.Join(pairs, "&"))))
	if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); form.Get("Signature") != want {
		t.Errorf("signature %q, want %q", form.Get("Signature"), want)
	}
	for code, want := range map[string]string{"isv.BUSINESS_LIMIT_CONTROL": "not_sent", "Throttling.User": "not_sent", "isv.MOBILE_NUMBER_ILLEGAL": "rejected", "isp.SYSTEM_ERROR": "unknown",
		"SignatureDoesNotMatch": "rejected", "Something.New": "unknown"} {
		p.answer = `{"Code":"` + code + `"}`
		if _, err := sms.Send(t.Context(), aMessage); outcome(err) != want {
			t.Errorf("%s: %v, want %s", code, err, want)
		}
	}
	p.answer = `{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[{"OutId":"other","SendStatus":3},{"OutId":"0191-ref","SendStatus":2,"ErrCode":"MOBILE_NOT_ON_SERVICE"}]}}`
	found, err := sms.Find(t.Context(), aMessage)
	if err != nil || !found.Known || found.Status != ticket.DeliveryFailed || found.Detail != "MOBILE_NOT_ON_SERVICE" {
		t.Errorf("found %+v, %v", found, err)
	}
	p.answer = `{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[]}}`
	if found, err := sms.Find(t.Context(), aMessage); err != nil || found.Known {
		t.Errorf("found %+v, %v", found, err)
	}
	other := aMessage
	other.Template = "silence"
	if _, err := sms.Send(t.Context(), other); outcome(err) != "rejected" || !strings.Contains(err.Error(), "sms.codes") {
		t.Errorf("a template without a code: %v", err)
	}
}

// TC3-HMAC-SHA256, recomputed from the provider's description.
func TestTheTencentShape(t *testing.T) {
	p, address := newProvider(t)
	sms := gatewayOf(t, "tencent", address)
	p.answer = `{"Response":{"SendStatusSet":[{"SerialNo":"5000:1","PhoneNumber":"+8619900000001","Code":"Ok"}],"RequestId":"r"}}`
	id, err := sms.Send(t.Context(), aMessage)
	if err != nil || id != "5000:1" {
		t.Fatalf("%q, %v", id, err)
	}
	var body struct {
		PhoneNumberSet, TemplateParamSet                  []string
		SmsSdkAppId, SignName, TemplateId, SessionContext string
	}
	if err := json.Unmarshal([]byte(p.body), &body); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(body.PhoneNumberSet, []string{"+8619900000001"}) || !slices.Equal(body.TemplateParamSet, []string{"P1", "2610010000424"}) || body.TemplateId != "SMS_42" ||
		body.SessionContext != "0191-ref" || body.SmsSdkAppId != "1400000000" || body.SignName != "测试热线" {
		t.Errorf("sent %+v", body)
	}
	sum := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	chain := func(key []byte, s string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(s))
		return m.Sum(nil)
	}
	at := p.request.Header.Get("X-TC-Timestamp")
	credential := strings.TrimPrefix(p.request.Header.Get("Authorization"), "TC3-HMAC-SHA256 Credential=AKID/")
	date, _, _ := strings.Cut(credential, "/")
	canonical := "POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:" + p.request.Host + "\n\ncontent-type;host\n" + sum(p.body)
	key := chain(chain(chain([]byte("TC3secret"), date), "sms"), "tc3_request")
	want := hex.EncodeToString(chain(key, "TC3-HMAC-SHA256\n"+at+"\n"+date+"/sms/tc3_request\n"+sum(canonical)))
	if !strings.HasSuffix(credential, "Signature="+want) || len(date) != 10 || p.request.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("authorization %q, want %s", credential, want)
	}
	for answer, want := range map[string]string{
		`{"Response":{"SendStatusSet":[{"Code":"LimitExceeded.PhoneNumberDailyLimit"}]}}`: "not_sent",
		`{"Response":{"SendStatusSet":[{"Code":"FailedOperation.InsufficientBalance"}]}}`: "rejected",
		`{"Response":{"SendStatusSet":[{"Code":"InternalError.Timeout"}]}}`:               "unknown",
		`{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure"}}}`:                  "rejected",
		`{"Response":{"Error":{"Code":"RequestLimitExceeded"}}}`:                          "not_sent",
		`{"Response":{"Error":{"Code":"InternalError"}}}`:                                 "unknown",
		`<html>bad gateway</html>`: "unknown",
	} {
		p.answer = answer
		if _, err := sms.Send(t.Context(), aMessage); outcome(err) != want {
			t.Errorf("%s: %v, want %s", answer, err, want)
		}
	}
	p.answer = `{"Response":{"PullSmsSendStatusSet":[{"SessionContext":"0191-ref","SerialNo":"5000:1","ReportStatus":"SUCCESS","Description":"DELIVRD"}]}}`
	found, err := sms.Find(t.Context(), aMessage)
	if err != nil || !found.Known || found.Status != ticket.DeliveryDelivered || found.Provider != "5000:1" {
		t.Errorf("found %+v, %v", found, err)
	}
	var asked struct {
		Offset, Limit int
		BeginTime     int64
		PhoneNumber   string
	}
	if err := json.Unmarshal([]byte(p.body), &asked); err != nil || asked.Limit != 100 || asked.BeginTime == 0 || asked.PhoneNumber != aMessage.Address {
		t.Errorf("asked %+v (%v): %s", asked, err, p.body)
	}
}

// A shape with a fault is refused when it is loaded, and every fault is told.
func TestABadShapeIsRefused(t *testing.T) {
	bad := &notify.GatewaySpec{Name: "X y", Text: "poem", Send: notify.CallSpec{Method: "PUT", URL: "{nowhere}", Body: "xml", Fields: map[string]string{"a": "{text|shout}"},
		Answers: []notify.AnswerSpec{{Status: "2x", Means: "perhaps"}}, Sign: &notify.SignSpec{Algorithm: "rot13", Encode: "base2"}},
		Receipt: &notify.InboundSpec{Body: "json", Status: "s"}, Reply: &notify.InboundSpec{Body: "json", Auth: notify.AuthSpec{Kind: "token"}}}
	err := bad.Validate()
	for _, word := range []string{"name", "text", "send.method", "nowhere", "shout", "send.body", "answers[0].means", "answers[0].status", "no answer means sent", "sign.algorithm", "sign.encode",
		"receipt.auth", "needs id or ref", "reply.auth", "reply.from", "reply.text", "status"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s is not among the faults: %v", word, err)
		}
	}
	for _, name := range []string{"plain", "aliyun", "tencent"} {
		if shape(t, name) == nil {
			t.Errorf("no shape %s", name)
		}
	}
	if _, err := notify.NewSMS(shape(t, "aliyun"), notify.GatewaySetup{URL: "https://gateway.example", Account: "a", Secret: "s"}); err == nil || !strings.Contains(err.Error(), "sign_name") {
		t.Errorf("without the sign: %v", err)
	}
}

// A message of just before midnight is asked for by the day it went out, and by
// the next, on which it may have reached the provider; whenever it is asked for.
// One that is older than the provider's memory is not taken for one that never arrived.
func TestAMessageOfBeforeMidnightIsFound(t *testing.T) {
	var asked []string
	known := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.FormValue("SendDate"))
		item := ""
		if r.FormValue("SendDate") == known {
			item = `{"OutId":"0191-ref","SendStatus":3}`
		}
		_, _ = io.WriteString(w, `{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[`+item+`]}}`)
	}))
	t.Cleanup(server.Close)
	sms := gatewayOf(t, "aliyun", server.URL)
	y, month, d := time.Now().In(ticket.Shanghai).Date()
	midnight := time.Date(y, month, d, 0, 0, 0, 0, ticket.Shanghai)
	today, before := midnight.Format("20060102"), midnight.AddDate(0, 0, -1).Format("20060102")
	m := aMessage
	for _, c := range []struct {
		begun time.Time
		known string
		found bool
		asked []string
	}{
		{midnight.Add(-2 * time.Minute), before, true, []string{before}},
		{midnight.Add(-2 * time.Minute), today, true, []string{before, today}},
		{midnight.Add(-2 * time.Minute), "", false, []string{before, today}},
		{midnight.Add(-time.Hour), before, true, []string{before}},
		{midnight.Add(-time.Hour), today, false, []string{before}},
	} {
		asked, known, m.Begun = nil, c.known, c.begun
		found, err := sms.Find(t.Context(), m)
		if err != nil || found.Known != c.found || !slices.Equal(asked, c.asked) {
			t.Errorf("begun %s, known on %q: found %v (%v), asked for %v, want %v", c.begun, c.known, found.Known, err, asked, c.asked)
		}
	}
	m.Begun = midnight.AddDate(0, 0, -31)
	if found, err := sms.Find(t.Context(), m); err == nil {
		t.Errorf("of a message of a month ago it says %+v", found)
	}
}
