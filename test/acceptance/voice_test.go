package acceptance

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"example.org/hotline/test/city"
	"example.org/hotline/test/sipp"
)

// worker is the telephone of somebody who answers and presses a key.
func worker(t *testing.T, key string) (at netip.AddrPort, wait func()) {
	t.Helper()
	text, err := os.ReadFile(scenario(t, "uas_key"))
	if err != nil {
		t.Fatal(err)
	}
	return sipp.Telephone(t, strings.ReplaceAll(string(text), "KEY", key))
}

// A P1 in the night: the worker's telephone rings at once, they press 1, and the
// ticket is theirs. It makes no second ticket, and what is left to be rung is void.
func TestAWorkersTelephoneRings(t *testing.T) {
	t.Parallel()
	at, wait := worker(t, "1")
	c := city.Start(t, city.At(clock(1, "23:30:00")), city.Setting(fmt.Sprintf("outbound: {trunk: test, proxy: %q}", at)))
	c.SetClock(clock(1, "23:40:00"))
	if r := c.Call(city.Township, "+8619900000077", map[rune]time.Duration{'1': time.Second}); !r.Answered() {
		t.Fatalf("the call: %+v", r)
	}
	c.Until("the ticket to be accepted by telephone", func() bool { return c.Count(`SELECT count(*) FROM offers WHERE outcome = 'accepted'`) == 1 })
	wait()
	if n := c.Count(`SELECT count(*) FROM tickets t JOIN offers o ON o.ticket_id = t.id AND o.outcome = 'accepted' AND o.post_id = t.owner_id`); n != 1 {
		t.Error("whoever pressed 1 does not own the ticket")
	}
	c.Until("the call to be recorded", func() bool {
		return c.Count(`SELECT count(*) FROM deliveries WHERE channel = 'voice' AND state = 'sent'`) == 1
	})
	var outcome string
	c.Query(`SELECT provider_id FROM deliveries WHERE channel = 'voice'`, nil, &outcome)
	if outcome != "accepted" {
		t.Errorf("the delivery ended as %q", outcome)
	}
	if n := c.Count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.rung_answered'`); n != 1 {
		t.Errorf("the call stands %d times in the timeline", n)
	}
	if n := c.Count(`SELECT count(*) FROM calls`) + c.Count(`SELECT count(*) FROM tickets`); n != 2 {
		t.Errorf("our own call has made a call or a ticket: %d rows", n)
	}
}

// Whoever must stand aside hears that, not that somebody else was first, and is
// not rung about it again; nobody owns the ticket.
func TestARelativesTelephoneSaysThatTheyMustStandAside(t *testing.T) {
	t.Parallel()
	at, wait := worker(t, "1")
	c := city.Start(t, city.At(clock(1, "23:30:00")), city.Setting(fmt.Sprintf("outbound: {trunk: test, proxy: %q}", at)))
	c.SetClock(clock(1, "23:40:00"))
	c.Exec(`INSERT INTO staff_relatives (staff_id, identity_index) SELECT id, 'someone' FROM staff WHERE role = 'worker'`)
	// Whom the ticket is about becomes known once it is offered: the ladder itself asks no relative.
	c.Exec(`CREATE FUNCTION found() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
		INSERT INTO findings (public_id, ticket_id, at, staff_id, cause, household_size, affected, needs, declared_sealed, applicant_sealed, id_type, id_sealed, payee_index, household_index, warnings)
		SELECT gen_random_uuid(), NEW.ticket_id, now(), min(id), 'fire', 1, 1, '[]', 'x', 'x', 'resident_id', 'x', 'someone', 'someone', '[]' FROM staff; RETURN NEW; END $$`)
	c.Exec(`CREATE TRIGGER found AFTER INSERT ON offers FOR EACH ROW EXECUTE FUNCTION found()`)
	if r := c.Call(city.Township, "+8619900000077", map[rune]time.Duration{'1': time.Second}); !r.Answered() {
		t.Fatalf("the call: %+v", r)
	}
	c.Until("the call to the worker to be over", func() bool {
		return c.Count(`SELECT count(*) FROM deliveries WHERE channel = 'voice' AND state = 'sent'`) == 1
	})
	wait()
	var outcome string
	c.Query(`SELECT provider_id FROM deliveries WHERE channel = 'voice' AND state = 'sent'`, nil, &outcome)
	if outcome != "stand_aside" {
		t.Errorf("the delivery ended as %q", outcome)
	}
	if n := c.Count(`SELECT count(*) FROM offers WHERE outcome = 'accepted'`); n != 0 {
		t.Error("a relative has the ticket")
	}
}

// A whole ladder was asked in vain: the city's fixed number rings, and whoever
// answers there says by key 1 that they know. Nobody else's telephone can ring here.
func TestTheAlarmNumberRings(t *testing.T) {
	t.Parallel()
	at, wait := worker(t, "1")
	c := city.New(t, city.At(clock(1, "23:30:00")), city.Setting(fmt.Sprintf("outbound: {trunk: test, proxy: %q}", at)))
	c.Exec(`UPDATE staff SET phone_sealed = NULL`)
	c.Serve("HOTLINE_DISPATCH_ALARM_NUMBER=+8619900000098")
	c.SetClock(clock(1, "23:40:00"))
	if r := c.Call(city.Township, "+8619900000077", map[rune]time.Duration{'1': time.Second}); !r.Answered() {
		t.Fatalf("the call: %+v", r)
	}
	c.Until("the first to be asked", func() bool { return c.Count(`SELECT count(*) FROM offers`) > 0 })
	c.Advance(31 * time.Minute)
	c.Until("the alarm to be heard", func() bool {
		return c.Count(`SELECT count(*) FROM deliveries d JOIN notices n ON n.id = d.notice_id WHERE n.alarm AND d.channel = 'voice' AND d.state = 'sent' AND d.provider_id = 'heard'`) == 1
	})
	wait()
	if n := c.Count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.rung_answered' AND data->>'to' LIKE '%****%'`); n != 1 {
		t.Errorf("the call stands %d times in the timeline", n)
	}
	if n := c.Count(`SELECT count(*) FROM offers WHERE outcome = 'accepted'`); n != 0 {
		t.Error("the key at the alarm number has accepted the ticket")
	}
}
