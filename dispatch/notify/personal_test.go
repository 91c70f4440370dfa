package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"example.org/hotline/configs"
	"example.org/hotline/dispatch/notify"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// A citizen's mobile number has come into a field that its template does not
// declare personal. It goes out on no channel: not in the text, not in the
// parameters of a provider that has the words itself, not beside the text on a screen.
func TestPersonalDataGoesOutOnlyWhereItIsDeclared(t *testing.T) {
	const hidden, declared = "19912345678", "某某某某"
	policies, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	texts := func(template, language string, fields map[string]string) (notify.Text, bool) {
		n, ok := policies.Notices[template]
		return n.Write(language, fields), ok
	}
	h := newHouse(t, "")
	p, address := newProvider(t)
	p.answer = `{"Code":"OK","BizId":"1"}`
	sms, err := notify.NewSMS(shape(t, "aliyun"), notify.GatewaySetup{URL: address, Account: "AKID", Secret: "secret", Codes: map[string]string{"silence": "SMS_42"},
		Settings: map[string]string{"sign_name": "测试热线"}})
	if err != nil {
		t.Fatal(err)
	}
	shown := make(chan string, 1)
	live := notify.Live{Emit: func(_ context.Context, e act.Event) error { shown <- fmt.Sprint(e.Data); return nil }}
	err = h.db.InTx(t.Context(), act.SystemDispatch, func(tx *store.Tx) error {
		return tx.Notify(t.Context(), ticket.Notice{Key: "k", Ticket: h.ticket, Post: h.post("worker1"), Template: "silence",
			Fields: map[string]string{"number": hidden, "worker": declared, "reason": hidden}})
	})
	if err != nil {
		t.Fatal(err)
	}
	h.run(notify.New(h.db, h.redis, notify.Options{Channels: []notify.Channel{sms, live}, Texts: texts}).Run)
	h.ends(ticket.DeliverySent, 2)
	form, err := url.ParseQuery(p.body)
	if err != nil {
		t.Fatal(err)
	}
	var params map[string]string
	if err := json.Unmarshal([]byte(form.Get("TemplateParam")), &params); err != nil {
		t.Fatal(err)
	}
	if params["number"] != "***" || params["worker"] != declared || len(params) != 2 {
		t.Errorf("the provider was given %v", params)
	}
	if screen := <-shown; strings.Contains(screen, hidden) || !strings.Contains(screen, declared) {
		t.Errorf("the screen was given %s", screen)
	}
}
