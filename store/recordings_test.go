package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

var _ ticket.RecordingTx = (*Tx)(nil)

// recorded registers a finished recording of a new call to a number.
func (h house) recorded(t *testing.T, in *Intake, to string, number int) ticket.Recording {
	t.Helper()
	c := newCall(to, "+8619900000009", time.Now(), number)
	if _, err := in.Register(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	r := ticket.Recording{ID: uuid.Must(uuid.NewV7()).String(), Call: c.ID, Leg: "citizen", Kind: ticket.RecordingLeg, Node: "node-a",
		StartedAt: c.InvitedAt, Length: 61500 * time.Millisecond, Bytes: 1_000_000, State: ticket.RecordingComplete}
	if err := h.db.RegisterRecording(t.Context(), r, 180*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARecordingIsRegisteredOnce(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	c := newCall("12349001", "+8619900000009", time.Now(), 1)
	r := ticket.Recording{ID: uuid.Must(uuid.NewV7()).String(), Call: c.ID, Leg: "citizen", Kind: ticket.RecordingVoicemail, Node: "node-a",
		StartedAt: c.InvitedAt, State: ticket.RecordingRunning}
	keep := 24 * time.Hour
	if err := h.db.RegisterRecording(t.Context(), r, keep); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("before its call is known: %v", err)
	}
	if _, err := in.Register(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	final := r
	final.State, final.Length, final.Bytes = ticket.RecordingCutOff, 2500*time.Millisecond, 40_000
	late := r
	late.State = ticket.RecordingComplete
	for _, told := range []ticket.Recording{r, r, final, final, r, late} {
		if err := h.db.RegisterRecording(t.Context(), told, keep); err != nil {
			t.Fatal(err)
		}
	}
	if n := h.count(t, `SELECT count(*) FROM outbox WHERE kind = 'recording.registered' AND area_code = ?`, string(testTownship)); n != 3 {
		t.Errorf("pages are told %d times, want 3: twice that it runs, once that it ended", n)
	}
	views := h.recordings(t, act.SystemIVR, c.ID)
	if len(views) != 1 {
		t.Fatalf("%d rows", len(views))
	}
	v := views[0]
	if v.ID != r.ID || v.State != ticket.RecordingCutOff || v.Seconds != 2.5 || v.Bytes != 40_000 || v.Kind != ticket.RecordingVoicemail ||
		!v.KeepUntil.Equal(c.InvitedAt.Add(keep)) || v.CallID != c.ID || v.Node != "node-a" || v.Area != testTownship {
		t.Errorf("registered as %+v", v)
	}
}

// recordings lists the recordings of a call's ticket as somebody sees them.
func (h house) recordings(t *testing.T, who act.Actor, call ticket.CallID) (views []ticket.RecordingView) {
	t.Helper()
	err := h.db.InTx(t.Context(), who, func(tx *Tx) error {
		var id int64
		err := tx.scan(t.Context(), "find ticket", `SELECT id FROM tickets WHERE call_id = ?`, []any{string(call)}, &id)
		if err != nil {
			return err
		}
		views, err = tx.TicketRecordings(t.Context(), ticket.ID(id))
		return err
	})
	if err != nil && !errors.Is(err, act.ErrNotFound) {
		t.Fatal(err)
	}
	return views
}

// A recording is seen by whoever sees its ticket, and by nobody else; what was heard is never changed.
func TestRecordingsTakeTheScopeOfTheirTicket(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	r := h.recorded(t, in, "12349001", 1)
	for login, sees := range map[string]bool{"worker1": true, "county": true, "supervisor": true, "stranger": false} {
		who := h.actor(t, login)
		if got := len(h.recordings(t, who, r.Call)) == 1; got != sees {
			t.Errorf("%s sees it: %v", login, got)
		}
		err := h.db.InTx(t.Context(), who, func(tx *Tx) error {
			_, err := tx.RecordingByRef(t.Context(), r.ID)
			return err
		})
		if (err == nil) != sees || !sees && !errors.Is(err, act.ErrNotFound) {
			t.Errorf("%s opens it: %v", login, err)
		}
	}
	for _, sql := range []string{`UPDATE recording_listens SET purpose = 'x'`, `DELETE FROM recording_listens`, `DELETE FROM recordings`,
		`UPDATE recordings SET keep_until = now()`, `UPDATE recordings SET ticket_id = 1`} {
		err := h.db.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error { _, err := tx.exec(t.Context(), "forge", sql); return err })
		if err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// A listen is one row and one record, opens in its own session only, and not for ever.
func TestAListenIsBoundAndRecorded(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	r, other := h.recorded(t, in, "12349001", 1), h.recorded(t, in, "12349001", 2)
	supervisor, worker := h.actor(t, "supervisor"), h.actor(t, "worker1")
	token, session, wrong := make([]byte, 32), append(make([]byte, 31), 1), append(make([]byte, 31), 2)
	err := h.db.InTx(t.Context(), supervisor, func(tx *Tx) error {
		v, err := tx.RecordingByRef(t.Context(), r.ID)
		if err != nil {
			return err
		}
		_, err = ticket.BeginListen(t.Context(), tx, ticket.Listen{Recording: v, Purpose: "complaint 7", TokenHash: token, Session: session}, ticket.RecordingFacts{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := h.count(t, `SELECT count(*) FROM audit_records WHERE action = 'recording.heard' AND reason = 'complaint 7' AND actor_id = ?`, int64(supervisor.StaffID)); n != 1 {
		t.Errorf("%d audit records", n)
	}
	if v := h.recordings(t, supervisor, r.Call); v[0].Listens != 1 {
		t.Errorf("%d listens", v[0].Listens)
	}
	find := func(who act.Actor, recording string, token, session []byte) error {
		return h.db.InTx(t.Context(), who, func(tx *Tx) error {
			_, err := tx.ListenByToken(t.Context(), recording, token, session)
			return err
		})
	}
	if err := find(supervisor, r.ID, token, session); err != nil {
		t.Error(err)
	}
	for what, err := range map[string]error{"another session": find(supervisor, r.ID, token, wrong), "another token": find(supervisor, r.ID, wrong, session),
		"another person": find(worker, r.ID, token, session), "another recording": find(supervisor, other.ID, token, session)} {
		if !errors.Is(err, act.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := connect(t, h.urls.SuperURL).Exec(t.Context(), `UPDATE recording_listens SET real_until = clock_timestamp()`); err != nil {
		t.Fatal(err)
	}
	if err := find(supervisor, r.ID, token, session); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("when it is over: %v", err)
	}
}

// What is due is shredded on its own node, when its ticket is closed and nobody holds it; the key goes before the row.
func TestShreddingWaitsForTheTicketAndTheHold(t *testing.T) {
	h := newHouse(t)
	in := h.runIntake(t)
	r := h.recorded(t, in, "12349001", 1)
	supervisor := h.actor(t, "supervisor")
	super := connect(t, h.urls.SuperURL)
	set := func(sql string, args ...any) {
		t.Helper()
		if _, err := super.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	var destroyed []string
	sweep := func(node string, fail error) int {
		t.Helper()
		n, err := h.db.ShredRecordings(t.Context(), node, func(id string) error { destroyed = append(destroyed, id); return fail })
		if !errors.Is(err, fail) {
			t.Fatal(err)
		}
		return n
	}
	as := func(do func(tx *Tx) error) {
		t.Helper()
		if err := h.db.InTx(t.Context(), supervisor, do); err != nil {
			t.Fatal(err)
		}
	}
	if n := sweep("node-a", nil); n != 0 {
		t.Error("shredded before its time")
	}
	set(`UPDATE recordings SET keep_until = app_now() - interval '1 day'`)
	if n := sweep("node-a", nil); n != 0 {
		t.Error("shredded while its ticket is open")
	}
	set(`UPDATE tickets SET status = 'closed'`)
	as(func(tx *Tx) error {
		_, err := ticket.HoldRecording(t.Context(), tx, r.ID, "court of the county")
		return err
	})
	if v := h.recordings(t, supervisor, r.Call)[0]; v.Hold == nil || v.Hold.By != "supervisor" || v.Hold.Reason != "court of the county" {
		t.Errorf("the hold reads %+v", v.Hold)
	}
	if n := sweep("node-a", nil); n != 0 {
		t.Error("shredded while it is held")
	}
	as(func(tx *Tx) error {
		_, err := ticket.ReleaseRecording(t.Context(), tx, r.ID, "the case is over")
		return err
	})
	if n := sweep("node-b", nil); n != 0 || len(destroyed) != 0 {
		t.Error("another node's recording was shredded")
	}
	broken := errors.New("the disk is read-only")
	if n := sweep("node-a", broken); n != 0 || h.recordings(t, supervisor, r.Call)[0].State != ticket.RecordingComplete {
		t.Error("marked as shredded though its key is there")
	}
	if n := sweep("node-a", nil); n != 1 || h.recordings(t, supervisor, r.Call)[0].State != ticket.RecordingShredded {
		t.Error("not shredded")
	}
	for _, action := range []string{"recording.held", "recording.released", "recording.shredded"} {
		if n := h.count(t, `SELECT count(*) FROM audit_records WHERE action = ?`, action); n != 1 {
			t.Errorf("%d audit records of %s", n, action)
		}
	}
	if err := h.db.RegisterRecording(t.Context(), r, time.Hour); err != nil || h.recordings(t, supervisor, r.Call)[0].State != ticket.RecordingShredded {
		t.Errorf("registered after that: %v", err)
	}
	err := h.db.InTx(t.Context(), supervisor, func(tx *Tx) error { _, err := ticket.HoldRecording(t.Context(), tx, r.ID, "too late"); return err })
	if !errors.Is(err, act.ErrRefused) {
		t.Errorf("held after that: %v", err)
	}
	if _, err := super.Exec(t.Context(), `UPDATE recordings SET state = 'complete', shredded_at = NULL`); err == nil {
		t.Error("the database lets a shredded one come back")
	}
}
