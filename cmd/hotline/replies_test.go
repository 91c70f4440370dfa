package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

// replyHouse is a township with two workers and tickets that both are asked about.
type replyHouse struct {
	t       *testing.T
	db      *store.DB
	look    *pgx.Conn
	desk    replyDesk
	numbers []ticket.Number
}

func newReplyHouse(t *testing.T, tickets int) *replyHouse {
	t.Helper()
	urls := servers.Database(t, "hotline", store.Migrate)
	keys := filepath.Join(t.TempDir(), "keys")
	ring, err := seal.LoadOrGenerate(keys)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	h := &replyHouse{t: t}
	if h.db, err = store.Open(store.Options{URL: urls.AppURL, Sealer: ring, Logger: log}); err != nil {
		t.Fatal(err)
	}
	if h.look, err = pgx.Connect(t.Context(), urls.SuperURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.look.Close(context.Background()); _ = h.db.Close() })
	const county, township = area.Code("990101000000"), area.Code("990101101000")
	staff := func(login, phone string) area.NewStaff {
		return area.NewStaff{Login: login, Name: login, Role: area.RoleWorker, Area: township, Phone: phone}
	}
	err = h.db.ImportDirectory(t.Context(), area.Directory{Divisions: []area.Division{{Code: county, Name: "甲县"}, {Code: township, Name: "甲镇"}},
		Desks: []area.Desk{{Area: township, Role: area.RoleWorker, Name: "甲镇值班台"}, {Area: county, Role: area.RoleCountyDuty, Name: "甲县值班台"}},
		Staff: []area.NewStaff{staff("worker1", "+8619900000001"), staff("worker2", "+8619900000002")}})
	if err != nil {
		t.Fatal(err)
	}
	line := store.ServiceNumber{Number: "1234901", Area: township, Desk: area.RoleWorker}
	in := store.NewIntake(h.db, store.Rules{Policy: "p", Terms: ticket.Terms{TwoHour: 2 * time.Hour, Day: 24 * time.Hour, WorkingDays: 5},
		Lines: map[string]store.ServiceNumber{line.Number: line}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = in.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	now := time.Now()
	for i := range tickets {
		id, number := uuid.Must(uuid.NewV7()).String(), ticket.NewNumber(now, 41+i)
		if _, err := in.Register(t.Context(), ticket.Call{ID: ticket.CallID(id), NodeID: "n", SIPCallID: id, Trunk: "t", To: line.Number, Number: number, InvitedAt: now}); err != nil {
			t.Fatal(err)
		}
		h.numbers = append(h.numbers, number)
		h.offer(number)
	}
	h.desk = replyDesk{&node{db: h.db, log: log}}
	h.bringAll()
	return h
}

// offer asks both workers, as the ladder does.
func (h *replyHouse) offer(number ticket.Number) {
	h.t.Helper()
	err := h.db.InTx(h.t.Context(), act.SystemDispatch, func(tx *store.Tx) error {
		id, err := tx.TicketByRef(h.t.Context(), string(number))
		if err != nil {
			return err
		}
		t, err := tx.TicketForUpdate(h.t.Context(), id)
		if err != nil {
			return err
		}
		for step, login := range []string{"worker1", "worker2"} {
			post := h.post(login)
			if err := tx.AddOffer(h.t.Context(), ticket.Offer{Ticket: id, Step: step, Post: post, Role: area.RoleWorker, OfferedAt: tx.Now()}); err != nil {
				return err
			}
			if err := ticket.Advance(h.t.Context(), tx, &t, ticket.EventOffer, "ticket.offered", "", nil); err != nil {
				return err
			}
			if err := tx.Notify(h.t.Context(), ticket.Notice{Key: string(number) + login, Ticket: id, Post: post, Template: "offer", Fields: map[string]string{"number": string(number)}, Urgent: true}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *replyHouse) post(login string) (id area.PostID) {
	h.t.Helper()
	if err := h.look.QueryRow(h.t.Context(), `SELECT post_id FROM staff WHERE login = $1`, login).Scan(&id); err != nil {
		h.t.Fatal(err)
	}
	return id
}

// bringAll "sends" what is queued, and returns the templates of the messages.
func (h *replyHouse) bringAll() (templates []string) {
	h.t.Helper()
	if _, err := h.db.ExpandNotices(h.t.Context(), ticket.Reach{Channels: []string{"sms"}}, 1000); err != nil {
		h.t.Fatal(err)
	}
	list, err := h.db.ClaimDeliveries(h.t.Context(), ticket.Claim{Channel: "sms", Limit: 1000, Length: time.Minute})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, d := range list {
		templates = append(templates, d.Login+" "+d.Template)
		if err := h.db.SettleDelivery(h.t.Context(), d, ticket.DeliveryResult{State: ticket.DeliverySent}); err != nil {
			h.t.Fatal(err)
		}
	}
	slices.Sort(templates)
	return templates
}

// write is a message from a number; it returns what the line answers.
func (h *replyHouse) write(from, text string) []string {
	h.t.Helper()
	if err := h.db.KeepReply(h.t.Context(), ticket.Reply{Provider: "test", Message: uuid.NewString(), From: from, Text: text}); err != nil {
		h.t.Fatal(err)
	}
	h.answer()
	return h.bringAll()
}

func (h *replyHouse) answer() {
	h.t.Helper()
	if _, err := h.desk.AnswerReplies(h.t.Context(), 100); err != nil {
		h.t.Fatal(err)
	}
}

func (h *replyHouse) one(sql string) (s string) {
	h.t.Helper()
	if err := h.look.QueryRow(h.t.Context(), sql).Scan(&s); err != nil {
		h.t.Fatal(err)
	}
	return s
}

// The first "1" makes one owner, the second is told who was faster, and each
// reply is answered once, also when whoever answers dies and begins again.
func TestAReplyAcceptsATicket(t *testing.T) {
	h := newReplyHouse(t, 1)
	if got := h.write("19900000001", "1 "+string(h.numbers[0][9:])); !slices.Equal(got, []string{"worker1 reply_accepted"}) {
		t.Errorf("worker1 is answered %q", got)
	}
	if got := h.write("+86 199 0000 0002", "1"); !slices.Equal(got, []string{"worker2 reply_taken"}) {
		t.Errorf("worker2 is answered %q", got)
	}
	if owner := h.one(`SELECT s.login FROM tickets t JOIN staff s ON s.post_id = t.owner_id`); owner != "worker1" {
		t.Errorf("owned by %s", owner)
	}
	if _, err := h.look.Exec(t.Context(), `UPDATE sms_replies SET handled_at = NULL`); err != nil { // died before the result was down
		t.Fatal(err)
	}
	h.answer()
	if got := h.bringAll(); len(got) != 0 {
		t.Errorf("answered again: %q", got)
	}
	if n := h.one(`SELECT string_agg(outcome, ' ' ORDER BY id) FROM sms_replies`); n != "accepted taken" {
		t.Errorf("outcomes %s", n)
	}
}

// "2", several open tickets, texts that are no command, and numbers of nobody.
func TestRepliesThatAcceptNothing(t *testing.T) {
	h := newReplyHouse(t, 2)
	for _, c := range []struct{ from, text, want, outcome string }{
		{"19900000001", "1", "worker1 reply_which", "which"},
		{"19900000001", "2 " + string(h.numbers[0][9:]), "worker1 reply_declined", "declined"},
		{"19900000001", "1 9999", "worker1 reply_not_asked", "not_asked"},
		{"19900000001", "马上到", "worker1 reply_unknown_text", "unknown_text"},
		{"19900000009", "1", "", "unknown_number"},
		{"", "1", "", "unknown_number"},
	} {
		if got := strings.Join(h.write(c.from, c.text), ", "); got != c.want {
			t.Errorf("%q is answered %q, want %q", c.text, got, c.want)
		}
		if got := h.one(`SELECT outcome FROM sms_replies ORDER BY id DESC LIMIT 1`); got != c.outcome {
			t.Errorf("%q ends as %s, want %s", c.text, got, c.outcome)
		}
	}
	if n := h.one(`SELECT count(*)::text FROM tickets t JOIN posts p ON p.id = t.owner_id WHERE p.kind = 'person'`); n != "0" {
		t.Errorf("%s tickets have an owner", n)
	}
	err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *store.Tx) error {
		list, _, err := tx.Replies(t.Context(), ticket.Cursor{}, 10)
		if len(list) != 6 || !slices.ContainsFunc(list, func(r ticket.ReplyView) bool { return r.Text == "马上到" && r.Name == "worker1" }) {
			t.Errorf("a person reads %+v", list)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// unwritten makes a ticket one of which no message went to a worker.
func (h *replyHouse) unwritten(number ticket.Number) (restore func()) {
	h.t.Helper()
	was := h.one(`SELECT encode(address_index, 'hex') FROM deliveries d JOIN notices n ON n.id = d.notice_id WHERE n.key = '` + string(number) + `worker1'`)
	set := func(value string) {
		h.exec(`UPDATE deliveries SET address_index = ` + value + ` WHERE notice_id IN (SELECT id FROM notices WHERE key = '` + string(number) + `worker1')`)
	}
	set("NULL")
	return func() { set(`decode('` + was + `', 'hex')`) }
}

func (h *replyHouse) exec(sql string) {
	h.t.Helper()
	if _, err := h.look.Exec(h.t.Context(), sql); err != nil {
		h.t.Fatal(err)
	}
}

func (h *replyHouse) owned() string {
	return h.one(`SELECT coalesce(string_agg(s.login || ' ' || t.number, ', ' ORDER BY t.id), '') FROM tickets t JOIN staff s ON s.post_id = t.owner_id`)
}

// Two workers write at once and two nodes answer at once: one owner, and each
// worker has one answer, which fits.
func TestTwoWorkersReplyAtOnce(t *testing.T) {
	h := newReplyHouse(t, 6)
	for _, number := range h.numbers {
		for i, from := range []string{"19900000001", "19900000002"} {
			r := ticket.Reply{Provider: "test", Message: string(number) + from, From: from, Text: "1 " + string(number[9:])}
			if err := h.db.KeepReply(t.Context(), r); err != nil {
				t.Fatal(i, err)
			}
		}
	}
	var nodes sync.WaitGroup
	for range 3 {
		nodes.Go(func() {
			if _, err := h.desk.AnswerReplies(context.Background(), 100); err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	answers := strings.Join(h.bringAll(), ", ")
	if n := strings.Count(answers, "reply_accepted"); n != 6 {
		t.Errorf("%d are told that it is theirs: %s", n, answers)
	}
	if n := strings.Count(answers, "reply_taken"); n != 6 {
		t.Errorf("%d are told that it is not: %s", n, answers)
	}
	if n := h.one(`SELECT count(*)::text FROM tickets t JOIN sms_replies r ON r.ticket_id = t.id AND r.outcome = 'accepted' JOIN staff s ON s.id = r.staff_id AND s.post_id = t.owner_id`); n != "6" {
		t.Errorf("%s of 6 tickets belong to who was told so", n)
	}
	if n := h.one(`SELECT count(*)::text FROM timeline WHERE kind = 'ticket.accepted'`); n != "6" {
		t.Errorf("accepted %s times", n)
	}
}

// A bare 1 accepts what its writer was written of, and nothing else: not an offer
// that came after it, not one that they know from nowhere, and not another one
// when whoever answered died over it.
func TestABareOneMeansWhatWasWritten(t *testing.T) {
	t.Run("another is open that was not written of", func(t *testing.T) {
		h := newReplyHouse(t, 2)
		restore := h.unwritten(h.numbers[1])
		if got := h.write("19900000001", "1"); !slices.Equal(got, []string{"worker1 reply_accepted"}) {
			t.Errorf("answered %q", got)
		}
		restore()
		h.exec(`UPDATE sms_replies SET handled_at = NULL`) // died before the result was down
		h.answer()
		if got := h.bringAll(); len(got) != 0 {
			t.Errorf("answered again: %q", got)
		}
		if got := h.owned(); got != "worker1 "+string(h.numbers[0]) {
			t.Errorf("owned: %s", got)
		}
	})
	t.Run("it came before the offer", func(t *testing.T) {
		h := newReplyHouse(t, 2)
		first, second := string(h.numbers[0]), string(h.numbers[1])
		h.exec(`UPDATE offers SET ended_at = now(), outcome = 'withdrawn' WHERE ticket_id = (SELECT id FROM tickets WHERE number = '` + first + `')`)
		h.exec(`UPDATE offers SET offered_at = now() + interval '1 hour' WHERE ticket_id = (SELECT id FROM tickets WHERE number = '` + second + `')`)
		h.exec(`UPDATE notices SET created_at = now() + interval '1 hour' WHERE key LIKE '` + second + `%'`)
		if got := h.write("19900000001", "1"); !slices.Equal(got, []string{"worker1 reply_not_asked"}) || h.owned() != "" {
			t.Errorf("answered %q; owned %q", got, h.owned())
		}
	})
	t.Run("the offer is over", func(t *testing.T) {
		h := newReplyHouse(t, 1)
		h.exec(`UPDATE offers SET ended_at = now(), outcome = 'withdrawn'`)
		if got := h.write("19900000001", "1"); !slices.Equal(got, []string{"worker1 reply_not_asked"}) || h.owned() != "" {
			t.Errorf("answered %q; owned %q", got, h.owned())
		}
	})
	t.Run("a 2 for what is theirs already", func(t *testing.T) {
		h := newReplyHouse(t, 1)
		h.write("19900000001", "1")
		if got := h.write("19900000001", "2"); !slices.Equal(got, []string{"worker1 reply_yours"}) {
			t.Errorf("answered %q", got)
		}
	})
}

// A number speaks for the one whose it is now, and for nobody where two have it.
func TestWhoseNumberItIs(t *testing.T) {
	h := newReplyHouse(t, 1)
	phone := h.one(`SELECT encode(phone_sealed, 'hex') FROM staff WHERE login = 'worker1'`)
	h.exec(`UPDATE staff SET phone_sealed = NULL WHERE login = 'worker1'`)
	if got := h.write("19900000001", "1"); len(got) != 0 || h.one(`SELECT outcome FROM sms_replies`) != "unknown_number" {
		t.Errorf("who has the number now is answered %q", got)
	}
	h.exec(`UPDATE staff SET phone_sealed = decode('` + phone + `', 'hex') WHERE login = 'worker1'`)
	err := h.db.ImportDirectory(t.Context(), area.Directory{Staff: []area.NewStaff{{Login: "worker3", Name: "worker3", Role: area.RoleWorker, Area: "990101101000", Phone: "+8619900000001"}}})
	if err != nil {
		t.Fatal(err)
	}
	err = h.db.InTx(t.Context(), act.SystemDispatch, func(tx *store.Tx) error {
		return tx.Notify(t.Context(), ticket.Notice{Key: "third", Post: h.post("worker3"), Template: "silence", Fields: map[string]string{}})
	})
	if err != nil {
		t.Fatal(err)
	}
	h.bringAll()
	if got := h.write("19900000001", "1"); len(got) != 0 || h.owned() != "" {
		t.Errorf("two have the number: answered %q, owned %q", got, h.owned())
	}
}

// Two machines do not write to each other for ever, and a reply that cannot be
// opened holds up no other.
func TestRepliesThatWouldNeverEnd(t *testing.T) {
	h := newReplyHouse(t, 1)
	answers := 0
	for range 6 {
		answers += len(h.write("19900000001", "您好，我正在开会，稍后联系您。"))
	}
	if answers != 3 {
		t.Errorf("a machine is answered %d times, want 3", answers)
	}
	for _, from := range []string{"19900000002", "19900000001"} {
		if err := h.db.KeepReply(t.Context(), ticket.Reply{Provider: "test", Message: from, From: from, Text: "1"}); err != nil {
			t.Fatal(err)
		}
	}
	h.exec(`UPDATE sms_replies SET text_sealed = '\x01' WHERE message_id = '19900000002'`)
	h.answer()
	if got := h.owned(); got != "worker1 "+string(h.numbers[0]) {
		t.Errorf("owned: %s", got)
	}
	if n := h.one(`SELECT count(*)::text FROM sms_replies WHERE handled_at IS NULL`); n != "0" {
		t.Errorf("%s replies wait", n)
	}
	err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *store.Tx) error {
		list, _, err := tx.Replies(t.Context(), ticket.Cursor{}, 100)
		if len(list) != 8 {
			t.Errorf("a person reads %d of 8", len(list))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every notice can be previewed, and none is longer than it may be.
func TestNoticesPreview(t *testing.T) {
	policies, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := previewNotices(&out, policies.Notices, ""); err != nil || strings.Count(out.String(), "\n") != 3*len(policies.Notices) || strings.Contains(out.String(), "{") {
		t.Errorf("%v:\n%s", err, out.String())
	}
	if previewNotices(&out, policies.Notices, "nowhere") == nil {
		t.Error("a notice that is none was shown")
	}
}

// Whoever must stand aside is told that and nothing of whom it is about; they can
// still say that they cannot come. The other worker may have it.
func TestAReplyOfARelative(t *testing.T) {
	h := newReplyHouse(t, 1)
	h.exec(`INSERT INTO staff_relatives (staff_id, identity_index) SELECT id, 'someone' FROM staff WHERE login = 'worker1';
		INSERT INTO findings (public_id, ticket_id, at, staff_id, cause, household_size, affected, needs, declared_sealed, applicant_sealed, id_type, id_sealed, payee_index, household_index, warnings)
		SELECT gen_random_uuid(), t.id, now(), s.id, 'fire', 1, 1, '[]', 'x', 'x', 'resident_id', 'x', 'someone', 'someone', '[]' FROM tickets t, staff s WHERE s.login = 'worker2'`)
	if got := h.write("19900000001", "1"); !slices.Equal(got, []string{"worker1 reply_stand_aside"}) || h.owned() != "" {
		t.Errorf("worker1 is answered %q, and it is %q", got, h.owned())
	}
	if fields := h.one(`SELECT fields::text FROM notices WHERE template = 'reply_stand_aside'`); fields != `{"number": "`+string(h.numbers[0])+`"}` {
		t.Errorf("the answer tells %s", fields)
	}
	if got := h.write("19900000001", "2"); !slices.Equal(got, []string{"worker1 reply_declined"}) {
		t.Errorf("then they say that they cannot come, and are answered %q", got)
	}
	if got := h.write("19900000002", "1"); !slices.Equal(got, []string{"worker2 reply_accepted"}) || !strings.HasPrefix(h.owned(), "worker2 ") {
		t.Errorf("worker2 is answered %q, and it is %q", got, h.owned())
	}
	if got := h.one(`SELECT string_agg(outcome, ' ' ORDER BY id) FROM sms_replies`); got != "stand_aside declined accepted" {
		t.Errorf("outcomes %s", got)
	}
}
