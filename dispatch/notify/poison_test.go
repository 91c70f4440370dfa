package notify_test

import (
	"testing"

	"example.org/hotline/ticket"
)

// A notice to nobody, and one whose fields are no fields, are in the way: those
// before and after them go out, each once. What can never be sent is a dead letter.
func TestAPoisonedNoticeHoldsUpNoOther(t *testing.T) {
	h := newHouse(t, "")
	g, sms := newGateway(t, takes)
	const n = 5
	for i := range n {
		h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Urgent: true})
		if i == 1 {
			h.exec(`INSERT INTO notices (key, template, fields, urgent, created_at) VALUES ('to nobody', 'offer', '{}', true, clock_timestamp())`)
			h.exec(`INSERT INTO notices (key, ticket_id, post_id, template, fields, urgent, created_at)
				SELECT 'no fields', ticket_id, post_id, 'offer', '[1]', true, clock_timestamp() FROM notices WHERE post_id IS NOT NULL ORDER BY id LIMIT 1`)
		}
	}
	h.notifier(sms)
	h.await("all others to be sent", func() bool { return h.count(`SELECT count(*) FROM deliveries WHERE state = 'sent'`) == n })
	if g.total() != n {
		t.Errorf("%d messages", g.total())
	}
	h.await("what can never be sent to be a dead letter", func() bool {
		return h.count(`SELECT count(*) FROM deliveries d JOIN notices n ON n.id = d.notice_id WHERE d.state = 'dead' AND n.key = 'no fields'`) == 1
	})
	if h.count(`SELECT count(*) FROM notices WHERE done_at IS NULL AND key = 'to nobody'`) != 1 {
		t.Error("the notice to nobody is not pending any more")
	}
}

// A claim that does not commit (the process stood still in it and PostgreSQL
// ended its connection) has claimed nothing: whoever else claims the message sends
// it, and this process must not as well.
func TestAClaimThatDoesNotCommitSendsNothing(t *testing.T) {
	h := newHouse(t, "")
	g, sms := newGateway(t, takes)
	h.exec(`CREATE SEQUENCE refused`)
	h.exec(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
		PERFORM nextval('refused'); RAISE EXCEPTION 'not this time'; END $$`)
	h.exec(`CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON deliveries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`)
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Urgent: true})
	h.notifier(sms)
	h.await("some claims to fail at their end", func() bool { return h.count(`SELECT last_value FROM refused`) >= 3 })
	if n := g.total(); n > 0 {
		t.Errorf("sent %d times without a claim", n)
	}
	h.exec(`DROP TRIGGER refuse ON deliveries`)
	h.ends(ticket.DeliverySent, 1)
	if n := g.total(); n != 1 {
		t.Errorf("sent %d times", n)
	}
}
