package notify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/notify"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// scripted is a channel whose provider does what the test says.
type scripted struct {
	name string
	do   func(ctx context.Context, m notify.Message) (string, error)

	mu    sync.Mutex
	texts []string // templates in the order of sending
	refs  map[string]int
}

func (s *scripted) Name() string { return s.name }

func (s *scripted) Send(ctx context.Context, m notify.Message) (string, error) {
	s.mu.Lock()
	if s.refs == nil {
		s.refs = map[string]int{}
	}
	s.texts = append(s.texts, m.Template)
	s.refs[m.Ref]++
	s.mu.Unlock()
	if s.do == nil {
		return "id-" + m.Ref, nil
	}
	return s.do(ctx, m)
}

func (s *scripted) sent() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.texts) }

// give gives a member of staff a verified contact.
func (h *house) give(login, channel, address string) {
	h.t.Helper()
	if err := h.db.ImportContact(h.t.Context(), login, ticket.NewContact{Channel: channel, Address: address}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) text(sql string, args ...any) (s string) {
	h.t.Helper()
	h.asking.Lock()
	defer h.asking.Unlock()
	if err := h.look.QueryRow(h.t.Context(), sql, args...).Scan(&s); err != nil {
		h.t.Fatal(err)
	}
	return s
}

// P2: WeCom at once, SMS after a minute. Who has read it is not written to; who
// has not is; and when WeCom fails the SMS takes its minute at once.
func TestTheNextRung(t *testing.T) {
	for name, c := range map[string]struct {
		wecom error
		read  bool
		sms   int
	}{"nobody reads it": {nil, false, 0}, "it is read": {nil, true, 0}, "it fails": {notify.ErrRejected, false, 1}} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, "")
			h.exec(`UPDATE tickets SET priority = 'P2'`)
			h.give("worker1", "wecom", "w1")
			wecom := &scripted{name: "wecom", do: func(context.Context, notify.Message) (string, error) { return "m", c.wecom }}
			sms := &scripted{name: "sms"}
			h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Urgent: true, Epoch: 1, Voidable: true})
			h.notifierWith(notify.Options{Channels: []notify.Channel{wecom, sms}, Plan: contactPolicy(t).Plan})
			h.await("WeCom to be written to", func() bool {
				return h.count(`SELECT count(*) FROM deliveries WHERE channel = 'wecom' AND state IN ('sent', 'failed')`) == 1
			})
			if c.sms == 1 {
				h.ends(ticket.DeliverySent, 1)
				return
			}
			if n := h.count(`SELECT count(*) FROM deliveries WHERE channel = 'sms' AND state = 'queued' AND not_before > clock_timestamp() + interval '40 seconds' AND rung = 1`); n != 1 {
				t.Fatal("the SMS does not wait for its minute")
			}
			want := ticket.DeliverySent
			if c.read {
				want = ticket.DeliveryVoid
				actor, err := h.db.Actor(t.Context(), 1)
				if err != nil {
					t.Fatal(err)
				}
				ref := h.text(`SELECT ref::text FROM deliveries WHERE channel = 'wecom'`)
				if err := h.db.InTx(t.Context(), actor, func(tx *store.Tx) error { return tx.ReadNotice(t.Context(), ref) }); err != nil {
					t.Fatal(err)
				}
			}
			h.exec(`UPDATE deliveries SET not_before = clock_timestamp() WHERE channel = 'sms'`) // the minute is over
			h.await("the SMS to end", func() bool {
				return h.count(`SELECT count(*) FROM deliveries WHERE channel = 'sms' AND state = $1`, string(want)) == 1
			})
			if got := sms.sent() == 1; got == c.read {
				t.Errorf("read: %v, written to: %v", c.read, got)
			}
		})
	}
}

// A browser that has ended its subscription is not written to again.
func TestAGoneSubscriptionIsRemoved(t *testing.T) {
	h := newHouse(t, "")
	h.give("worker1", "webpush", `{"endpoint":"x"}`)
	push := &scripted{name: "webpush", do: func(context.Context, notify.Message) (string, error) { return "", notify.ErrGone }}
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer"})
	h.notifier(push)
	h.ends(ticket.DeliveryFailed, 1)
	if n := h.count(`SELECT count(*) FROM contact_methods WHERE removed_at IS NOT NULL AND address_sealed IS NULL`); n != 1 {
		t.Error("the subscription is still there")
	}
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "silence"})
	h.await("the next notice to be looked at", func() bool { return h.count(`SELECT count(*) FROM notices WHERE done_at IS NULL`) == 0 })
	if push.sent() != 1 {
		t.Error("a browser that is gone was written to")
	}
}

// Receipts in every order lead to the furthest state, never back; the same one
// twice is one; one that comes before the answer to the sending waits for it.
func TestReceiptsNeverMoveAMessageBack(t *testing.T) {
	for _, c := range []struct {
		name   string
		before []string // before the sending is settled
		after  []string
		want   ticket.DeliveryState
	}{
		{"in order", nil, []string{"sent", "delivered", "read"}, ticket.DeliveryRead},
		{"backwards", nil, []string{"read", "delivered", "sent"}, ticket.DeliveryRead},
		{"doubled", nil, []string{"delivered", "delivered", "sent", "delivered"}, ticket.DeliveryDelivered},
		{"failed after delivered", nil, []string{"delivered", "failed"}, ticket.DeliveryDelivered},
		{"delivered after failed", nil, []string{"failed", "delivered"}, ticket.DeliveryDelivered},
		{"early", []string{"delivered"}, []string{"sent"}, ticket.DeliveryDelivered},
		{"failed", nil, []string{"sent", "failed"}, ticket.DeliveryFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, "")
			tell := func(statuses []string) {
				for _, s := range statuses {
					if _, err := h.db.KeepReceipt(t.Context(), ticket.Receipt{Channel: "sms", Message: "id-1", Status: ticket.DeliveryState(s)}); err != nil {
						t.Fatal(err)
					}
				}
			}
			sms := &scripted{name: "sms", do: func(context.Context, notify.Message) (string, error) { tell(c.before); return "id-1", nil }}
			h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer"})
			h.notifier(sms)
			h.await("the message to be settled", func() bool {
				return h.count(`SELECT count(*) FROM deliveries WHERE provider_id = 'id-1' AND state <> 'sending'`) == 1
			})
			tell(c.after)
			if got := h.text(`SELECT state FROM deliveries`); got != string(c.want) {
				t.Errorf("%s, want %s", got, c.want)
			}
			if c.want == ticket.DeliveryFailed && h.count(`SELECT count(*) FROM timeline WHERE kind = 'notice.undelivered'`) != 1 {
				t.Error("the ticket does not tell of it")
			}
		})
	}
}

// What the gateway is silent about for too long, it is asked.
func TestASilentGatewayIsAsked(t *testing.T) {
	h := newHouse(t, "")
	g, sms := newGateway(t, takes)
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer"})
	h.notifierWith(notify.Options{Channels: []notify.Channel{sms}, Silence: 30 * time.Millisecond})
	h.await("the gateway to be asked until its answer helps", func() bool { g.mu.Lock(); defer g.mu.Unlock(); return g.asked >= 2 })
	if got := h.text(`SELECT state FROM deliveries`); got != "sent" || g.total() != 1 {
		t.Errorf("%s after %d sendings", got, g.total())
	}
}

// A provider that stalls holds up no other.
func TestAStalledProviderDelaysNoOther(t *testing.T) {
	h := newHouse(t, "")
	h.give("worker1", "wecom", "w1")
	release := make(chan struct{})
	stalled := &scripted{name: "wecom", do: func(ctx context.Context, _ notify.Message) (string, error) {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return "", ctx.Err()
	}}
	sms := &scripted{name: "sms"}
	for range 40 {
		h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer"})
	}
	h.notifierWith(notify.Options{Channels: []notify.Channel{stalled, sms}, Timeout: time.Minute})
	t.Cleanup(func() { close(release) })
	h.await("every SMS to be sent", func() bool {
		return h.count(`SELECT count(*) FROM deliveries WHERE channel = 'sms' AND state = 'sent'`) == 40
	})
	if stalled.sent() == 0 || h.count(`SELECT count(*) FROM deliveries WHERE channel = 'wecom' AND state = 'sent'`) != 0 {
		t.Error("the other provider did not stall")
	}
}

// An address that stalls, with forty messages for it, holds up no other reader
// of the same channel: theirs goes out while the provider still hangs.
func TestAStalledReaderDelaysNoOther(t *testing.T) {
	h := newHouse(t, "")
	h.give("worker1", "webpush", "w1")
	h.give("worker2", "webpush", "w2")
	release := make(chan struct{})
	push := &scripted{name: "webpush", do: func(ctx context.Context, m notify.Message) (string, error) {
		if m.Address == "w2" {
			return "id-" + m.Ref, nil
		}
		select {
		case <-release:
			return "id-" + m.Ref, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}}
	for range 40 {
		h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Urgent: true})
	}
	h.notifierWith(notify.Options{Channels: []notify.Channel{push}, Timeout: 2 * patience})
	h.await("the provider to stall", func() bool { return push.sent() > 0 })
	for range 10 {
		h.notice(ticket.Notice{Post: h.post("worker2"), Template: "other"})
	}
	h.await("the other reader's to be sent", func() bool { return h.count(`SELECT count(*) FROM deliveries WHERE state = 'sent'`) == 10 })
	if n := h.count(`SELECT count(*) FROM deliveries d JOIN notices n ON n.id = d.notice_id WHERE d.state = 'sent' AND n.template = 'offer'`); n > 0 {
		t.Errorf("the stalled address got %d", n)
	}
	close(release)
	h.ends(ticket.DeliverySent, 50)
	for ref, n := range push.refs {
		if n != 1 {
			t.Errorf("%s was sent %d times", ref, n)
		}
	}
}

// A storm: one person's pace holds up neither others nor what is urgent or the
// first of its ticket, and nothing is lost.
func TestThrottlesDelayAndLoseNothing(t *testing.T) {
	h := newHouse(t, "")
	sms := &scripted{name: "sms"}
	notice := func(who, template string, urgent bool) {
		h.notice(ticket.Notice{Post: h.post(who), Template: template, Urgent: urgent})
	}
	notice("worker1", "first", false)
	for range 6 {
		notice("worker1", "plain", false)
	}
	notice("worker2", "first", false)
	notice("worker2", "plain", false)
	for range 3 {
		notice("worker1", "urgent", true)
	}
	pace := map[string]notify.Throttle{"sms": {Person: notify.Pace{Every: time.Hour, Burst: 2}}}
	stop := h.notifierWith(notify.Options{Channels: []notify.Channel{sms}, Throttle: pace})
	h.await("what may pass to have passed", func() bool { return h.count(`SELECT count(*) FROM deliveries WHERE state = 'sent'`) == 8 })
	h.await("the four others to wait for their turn", func() bool {
		return h.count(`SELECT count(*) FROM deliveries WHERE state = 'queued' AND paced = 1 AND not_before > clock_timestamp() + interval '50 minutes'`) == 4
	})
	if n := h.count(`SELECT count(DISTINCT date_trunc('hour', not_before)) FROM deliveries WHERE state = 'queued'`); n != 4 {
		t.Errorf("they have %d turns, want one each", n)
	}
	h.exec(`UPDATE deliveries SET not_before = clock_timestamp() WHERE state = 'queued'`) // the hours are over
	h.ends(ticket.DeliverySent, 12)
	stop()
	if len(sms.refs) != 12 || sms.sent() != 12 {
		t.Errorf("%d messages in %d sendings", len(sms.refs), sms.sent())
	}
}

// The retry storm: the provider was away, everything is due at once. It comes
// at the account's pace, what is urgent first; each message goes out once.
func TestTheStormAfterAnOutage(t *testing.T) {
	h := newHouse(t, "")
	var mu sync.Mutex
	away, firsts := true, []string{}
	sms := &scripted{name: "sms", do: func(_ context.Context, m notify.Message) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if away {
			return "", notify.ErrNotSent
		}
		firsts = append(firsts, m.Template)
		return "id-" + m.Ref, nil
	}}
	const plain, urgent = 30, 5
	for range plain {
		h.notice(ticket.Notice{Post: h.post("worker1"), Template: "plain"})
	}
	pace := map[string]notify.Throttle{"sms": {Account: notify.Pace{Every: 20 * time.Millisecond, Burst: 2}}}
	stop := h.notifierWith(notify.Options{Channels: []notify.Channel{sms}, Throttle: pace})
	h.await("every message to have been tried in vain or to wait", func() bool { return sms.sent() >= 5 })
	stop()
	for i := range urgent { // two for a reader at most: so many of one's are under way at a time
		h.notice(ticket.Notice{Post: h.post([]string{"worker2", "county1", "county2"}[i%3]), Template: "urgent", Urgent: true})
	}
	if _, err := h.db.ExpandNotices(t.Context(), ticket.Reach{Channels: []string{"sms"}}, 100); err != nil {
		t.Fatal(err)
	}
	h.exec(`UPDATE deliveries SET not_before = clock_timestamp(), paced = 0, attempt = 1`) // a minute has gone by: all are due
	mu.Lock()
	away = false
	mu.Unlock()
	begun := time.Now()
	h.notifierWith(notify.Options{Channels: []notify.Channel{sms}, Throttle: pace})
	h.ends(ticket.DeliverySent, plain+urgent)
	if took := time.Since(begun); took < (plain-4)*20*time.Millisecond {
		t.Errorf("all of it in %v: faster than the account's pace", took)
	}
	early := 0 // eight are under way at a time, in no order among themselves
	for _, template := range firsts[:8] {
		if template == "urgent" {
			early++
		}
	}
	if early != urgent {
		t.Errorf("sent first: %v", firsts[:8])
	}
	if len(firsts) != plain+urgent {
		t.Errorf("%d messages went out, want %d", len(firsts), plain+urgent)
	}
}

// A crash between the call and its result, on channels whose provider cannot be
// asked: the message goes out once more, and the provider's own memory (WeCom's
// duplicate check, a push's topic, a mail's id) makes it one.
func TestACrashOnEachChannel(t *testing.T) {
	for _, channel := range []string{"wecom", "email", "webpush"} {
		t.Run(channel, func(t *testing.T) {
			h := newHouse(t, "")
			h.give("worker1", channel, "a1")
			h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer"})
			if _, err := h.db.ExpandNotices(t.Context(), ticket.Reach{Channels: []string{channel}}, 10); err != nil {
				t.Fatal(err)
			}
			list, err := h.db.ClaimDeliveries(t.Context(), ticket.Claim{Channel: channel, Limit: 10, Length: time.Millisecond})
			if err != nil || len(list) != 1 || list[0].Address != "a1" {
				t.Fatalf("claimed %+v (%v)", list, err)
			}
			c := &scripted{name: channel}
			h.notifier(c)
			h.ends(ticket.DeliverySent, 1)
			if c.refs[list[0].Ref] != 1 || h.count(`SELECT count(*) FROM deliveries WHERE resent`) != 1 {
				t.Errorf("sent again: %v", c.refs)
			}
		})
	}
}

// inboundOf is the gateway's way in.
func inboundOf(t *testing.T, h *house, name string) *notify.Inbound {
	t.Helper()
	return &notify.Inbound{Spec: shape(t, name), Secret: "inbound-secret-42", Store: h.db, Logger: slog.New(slog.DiscardHandler)}
}

func sign(at, body string) string {
	mac := hmac.New(sha256.New, []byte("inbound-secret-42"))
	mac.Write([]byte(at + "\n" + body))
	return hex.EncodeToString(mac.Sum(nil))
}

// Receipts and replies are taken from whoever proves to be the gateway, in each
// provider's own words, and from nobody else.
func TestWhatTheGatewayTells(t *testing.T) {
	h := newHouse(t, "")
	ask := func(name, kind, query, body string, headers map[string]string) (int, string) {
		r := httptest.NewRequest(http.MethodPost, notify.InboundPath+kind+query, strings.NewReader(body))
		for k, v := range headers {
			r.Header.Set(k, v)
		}
		w := httptest.NewRecorder()
		inboundOf(t, h, name).ServeHTTP(w, r)
		answer, _ := io.ReadAll(w.Result().Body)
		return w.Code, string(answer)
	}
	now := strconv.FormatInt(time.Now().Unix(), 10)
	old := strconv.FormatInt(time.Now().Add(-time.Hour).Unix(), 10)
	reply := `{"items":[{"id":"r1","from":"19900000001","text":"1 0424"}]}`
	for _, c := range []struct {
		name, shape, kind, query, body string
		headers                        map[string]string
		status                         int
	}{
		{"signed", "plain", "replies", "", reply, map[string]string{"X-Hotline-Time": now, "X-Hotline-Signature": sign(now, reply)}, 200},
		{"told twice", "plain", "replies", "", reply, map[string]string{"X-Hotline-Time": now, "X-Hotline-Signature": sign(now, reply)}, 200},
		{"unsigned", "plain", "replies", "", reply, nil, 401},
		{"an old signature", "plain", "replies", "", reply, map[string]string{"X-Hotline-Time": old, "X-Hotline-Signature": sign(old, reply)}, 401},
		{"another body", "plain", "replies", "", reply + " ", map[string]string{"X-Hotline-Time": now, "X-Hotline-Signature": sign(now, reply)}, 401},
		{"aliyun", "aliyun", "receipts", "?token=inbound-secret-42", `[{"phone_number":"19900000001","success":true,"err_code":"DELIVERED","biz_id":"b1","out_id":"o1"}]`, nil, 200},
		{"aliyun, wrong token", "aliyun", "receipts", "?token=inbound-secret-4", `[]`, nil, 401},
		{"aliyun, no list", "aliyun", "receipts", "?token=inbound-secret-42", `{}`, nil, 422},
		{"tencent", "tencent", "receipts", "?token=inbound-secret-42", `[{"mobile":"19900000001","report_status":"FAIL","errmsg":"NOANSWER","sid":"s1"}]`, nil, 200},
		{"tencent reply", "tencent", "replies", "?token=inbound-secret-42", `{"mobile":"19900000001","text":"2","time":1}`, nil, 200},
		{"another path", "tencent", "secrets", "?token=inbound-secret-42", `{}`, nil, 404},
	} {
		if status, answer := ask(c.shape, c.kind, c.query, c.body, c.headers); status != c.status || status == 200 && answer == "" {
			t.Errorf("%s: %d %s, want %d", c.name, status, answer, c.status)
		}
	}
	if n := h.count(`SELECT count(*) FROM sms_replies`); n != 2 {
		t.Errorf("%d replies, want 2", n)
	}
	if n := h.count(`SELECT count(*) FROM provider_receipts WHERE (message_id, status) IN (('b1', 'delivered'), ('s1', 'failed'))`); n != 2 {
		t.Errorf("%d receipts, want 2", n)
	}
	if n := h.count(`SELECT count(*) FROM sms_replies WHERE from_masked LIKE '%0001' AND from_masked LIKE '199%' AND position('19900000001' in from_masked) = 0`); n != 2 {
		t.Error("a number is not masked")
	}
}

// Dead letters are sent again by a person, one or all of a cause, and that is on record.
func TestDeadLettersAreSentAgain(t *testing.T) {
	h := newHouse(t, "")
	var mu sync.Mutex
	refuses := true
	sms := &scripted{name: "sms", do: func(_ context.Context, m notify.Message) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if refuses {
			return "", fmt.Errorf("%w: no credit", notify.ErrRejected)
		}
		return "id-" + m.Ref, nil
	}}
	for _, who := range []string{"worker1", "worker2", "county1"} {
		h.notice(ticket.Notice{Post: h.post(who), Template: "offer"})
	}
	h.notifier(sms)
	h.ends(ticket.DeliveryFailed, 3)
	mu.Lock()
	refuses = false
	mu.Unlock()
	list := h.deadLetters()
	err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *store.Tx) error {
		causes, err := tx.DeadLetterCauses(t.Context())
		if err != nil || len(causes) != 1 || causes[0].Count != 3 {
			t.Errorf("causes %+v", causes)
		}
		if err := tx.ResendDeadLetter(t.Context(), list[0].ID); err != nil {
			return err
		}
		n, err := tx.ResendDeadLetters(t.Context(), causes[0])
		if n != 2 {
			t.Errorf("%d sent again, want the other 2", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.ends(ticket.DeliverySent, 3)
	if n := h.count(`SELECT count(*) FROM audit_records WHERE action LIKE 'notice.resend%'`); n != 2 {
		t.Errorf("%d records of it", n)
	}
}

// A receipt that comes while the answer to the sending is put down meets it in
// every interleaving, and one that was told in vain before counts when it is told again.
func TestAReceiptBesideTheAnswer(t *testing.T) {
	h := newHouse(t, "")
	var telling sync.WaitGroup
	sms := &scripted{name: "sms", do: func(_ context.Context, m notify.Message) (string, error) {
		telling.Go(func() {
			if _, err := h.db.KeepReceipt(context.Background(), ticket.Receipt{Channel: "sms", Message: "id-" + m.Ref, Status: ticket.DeliveryDelivered}); err != nil {
				t.Error(err)
			}
		})
		return "id-" + m.Ref, nil
	}}
	const many = 40
	for range many {
		h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer"})
	}
	stop := h.notifier(sms)
	h.ends(ticket.DeliveryDelivered, many)
	stop()
	telling.Wait()
	h.exec(`UPDATE provider_receipts SET delivery_id = NULL`)
	h.exec(`UPDATE deliveries SET state = 'sent', provider_seq = 7`)
	id := h.text(`SELECT provider_id FROM deliveries LIMIT 1`)
	moved, err := h.db.KeepReceipt(t.Context(), ticket.Receipt{Channel: "sms", Message: id, Status: ticket.DeliveryDelivered}) // by a question: without a number
	if err != nil || !moved {
		t.Errorf("told again it moves nothing (%v)", err)
	}
	if moved, err := h.db.KeepReceipt(t.Context(), ticket.Receipt{Channel: "sms", Message: id, Status: ticket.DeliveryDelivered}); err != nil || moved {
		t.Errorf("and a third time it does (%v)", err)
	}
}

// A provider that keeps to our names takes a message that a person sends again
// for a new one.
func TestAResentMessageIsANewOne(t *testing.T) {
	h := newHouse(t, "")
	sms := &scripted{name: "sms"}
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer"})
	h.notifier(sms)
	h.ends(ticket.DeliverySent, 1)
	first := h.text(`SELECT ref::text FROM deliveries`)
	fail := func(ref string) {
		if _, err := h.db.KeepReceipt(t.Context(), ticket.Receipt{Channel: "sms", Message: "id-" + ref, Status: ticket.DeliveryFailed, Seq: 9, Detail: "MK:0001"}); err != nil {
			t.Fatal(err)
		}
	}
	fail(first)
	h.ends(ticket.DeliveryFailed, 1)
	if err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *store.Tx) error { return tx.ResendDeadLetter(t.Context(), first) }); err != nil {
		t.Fatal(err)
	}
	h.ends(ticket.DeliverySent, 1)
	fail(first) // of the first one: told before
	second := h.text(`SELECT ref::text FROM deliveries`)
	if _, err := h.db.KeepReceipt(t.Context(), ticket.Receipt{Channel: "sms", Message: "id-" + second, Status: ticket.DeliveryDelivered, Seq: 1}); err != nil {
		t.Fatal(err)
	}
	if state := h.text(`SELECT state FROM deliveries`); second == first || state != "delivered" || sms.refs[first] != 1 || sms.refs[second] != 1 {
		t.Errorf("%s: sent as %v", state, sms.refs)
	}
}

// Who leads a county sees and sends again what is their own county's, and the
// record says who did. Nobody has a test sent past the pace.
func TestDeadLettersOfOneCounty(t *testing.T) {
	h := newHouse(t, "")
	const other area.Code = "990102000000"
	lead := func(login string, where area.Code, role area.Role) area.NewStaff {
		return area.NewStaff{Login: login, Name: login, Role: role, Area: where}
	}
	err := h.db.ImportDirectory(t.Context(), area.Directory{Divisions: []area.Division{{Code: other, Name: "乙县"}},
		Desks: []area.Desk{{Area: other, Role: area.RoleCountyDuty, Name: "乙县值班台"}},
		Staff: []area.NewStaff{lead("ours", county, area.RoleSupervisor), lead("head", county, area.RoleCountyDuty), lead("theirs", other, area.RoleSupervisor), lead("theirhead", other, area.RoleCountyDuty)}})
	if err != nil {
		t.Fatal(err)
	}
	refuse := &scripted{name: "sms", do: func(context.Context, notify.Message) (string, error) { return "", notify.ErrRejected }}
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer"})
	stop := h.notifier(refuse)
	h.ends(ticket.DeliveryFailed, 1)
	stop()
	ref := h.text(`SELECT ref::text FROM deliveries`)
	as := func(login string, do func(tx *store.Tx) error) error {
		actor, err := h.db.Actor(t.Context(), area.StaffID(h.count(`SELECT id FROM staff WHERE login = $1`, login)))
		if err != nil {
			t.Fatal(err)
		}
		return h.db.InTx(t.Context(), actor, do)
	}
	for _, login := range []string{"theirs", "theirhead"} {
		err := as(login, func(tx *store.Tx) error {
			list, _, err := tx.DeadLetters(t.Context(), "", "", ticket.Cursor{}, 10)
			causes, causesErr := tx.DeadLetterCauses(t.Context())
			if len(list)+len(causes) > 0 {
				t.Errorf("%s sees %v %v", login, list, causes)
			}
			n, resendErr := tx.ResendDeadLetters(t.Context(), ticket.DeadLetterCause{Channel: "sms", Reason: notify.ErrRejected.Error()})
			if n != 0 {
				t.Errorf("%s sends %d again", login, n)
			}
			if err := tx.ResendDeadLetter(t.Context(), ref); !errors.Is(err, act.ErrNotFound) {
				t.Errorf("%s sends one again: %v", login, err)
			}
			return errors.Join(err, causesErr, resendErr)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, login := range []string{"ours", "head"} {
		h.exec(`UPDATE deliveries SET state = 'failed'`)
		ref := h.text(`SELECT ref::text FROM deliveries`)
		if err := as(login, func(tx *store.Tx) error { return tx.ResendDeadLetter(t.Context(), ref) }); err != nil {
			t.Errorf("%s: %v", login, err)
		}
		if n := h.count(`SELECT count(*) FROM audit_records WHERE action = 'notice.resend' AND area_code = $1 AND actor_id = (SELECT id FROM staff WHERE login = $2)`, string(county), login); n != 1 {
			t.Errorf("%d records of what %s did", n, login)
		}
	}
	if err := as("worker1", func(tx *store.Tx) error {
		return tx.Notify(t.Context(), ticket.Notice{Key: "test", Post: tx.Actor().PostID, Template: "contact_test", Only: "sms"})
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.db.ExpandNotices(t.Context(), ticket.Reach{Channels: []string{"sms"}}, 10); err != nil {
		t.Fatal(err)
	}
	if n := h.count(`SELECT count(*) FROM deliveries d JOIN notices n ON n.id = d.notice_id WHERE n.template = 'contact_test' AND NOT d.exempt`); n != 1 {
		t.Error("a test is let past the throttle")
	}
}
