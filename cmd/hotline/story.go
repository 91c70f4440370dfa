package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/caller"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// The demonstration call: an invented number, and key 1 while the greeting plays.
const (
	demoFrom     = "019900000099"
	demoKeyAfter = 3 * time.Second
	followFor    = 20 * time.Second // after the call has ended, for what dispatch does with it
	followEvery  = 150 * time.Millisecond
)

// demoCall dials a township's number over real SIP and RTP, and prints what the
// line writes into the timeline of the ticket while it happens.
func demoCall(ctx context.Context, out io.Writer, n *node, city configs.City) error {
	say := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) } //nolint:errcheck // a terminal
	number := city.Numbers[len(city.Numbers)-1].Number
	for _, candidate := range city.Numbers {
		if deskRole(candidate.Area) != deskRole(city.Numbers[0].Area) {
			number = candidate.Number
			break
		}
	}
	target := fmt.Sprintf("sip:%s@%s", number, n.phone.Addrs()[0].Addr)
	say("\na citizen dials %s (%s)", number, target)
	since := n.clock.Now()
	watching, stop := context.WithCancel(ctx)
	told := make(chan error, 1)
	go func() { told <- tellStory(watching, n.db, since, say) }()
	result, err := placeCall(ctx, out, caller.Options{Target: target, From: demoFrom,
		Digits: []caller.Press{{Key: ticket.UrgentKey, After: demoKeyAfter}}})
	if err == nil && !result.Answered() {
		err = errors.New("the demonstration call was not answered")
	}
	if err == nil {
		err = openToAgency(ctx, n.db, city, since)
	}
	wait := time.NewTimer(followFor)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
	stop()
	if terr := <-told; err == nil && ctx.Err() == nil {
		err = terr
	}
	if err == nil && ctx.Err() == nil {
		say("\nthat was one call. Sign in as the worker who was asked, and take the ticket; or be the agent of the next one:\nsign on at http://%s/desk as agent1, then `%s call` in another terminal. Ctrl-C stops everything.", n.listener.Addr(), os.Args[0])
	}
	return err
}

// demoAccess is for how long the demonstration's ticket is open to the agency.
const demoAccess = 14 * 24 * time.Hour

// openToAgency opens the demonstration's ticket for a time to the first person of
// the city's outside agency, so that a newcomer sees what such a person sees.
func openToAgency(ctx context.Context, db *store.DB, city configs.City, since time.Time) error {
	i := slices.IndexFunc(city.Staff, func(s configs.DemoStaff) bool { return s.Role == area.RoleAgency })
	if i < 0 {
		return nil
	}
	return db.InTx(ctx, act.SystemConsole, func(tx *store.Tx) error {
		rows, _, err := tx.TicketRows(ctx, ticket.Filter{View: ticket.ListAll, Limit: 100})
		rows = slices.DeleteFunc(rows, func(r ticket.Row) bool { return r.InvitedAt.Before(since) })
		if err != nil || len(rows) == 0 {
			return err
		}
		// The newest first: the demonstration's call came before any of the newcomer's own.
		id, err := tx.TicketByRef(ctx, rows[len(rows)-1].ID)
		if err != nil {
			return err
		}
		_, err = tx.GrantAccess(ctx, id, city.Staff[i].Login, tx.Now().Add(demoAccess), "陪同入户，疏导情绪")
		return err
	})
}

// tellStory prints every timeline line written since a moment, once each, until ctx ends.
func tellStory(ctx context.Context, db *store.DB, since time.Time, say func(string, ...any)) error {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	var after int64
	for {
		var lines []store.StoryLine
		err := db.InTx(ctx, act.SystemConsole, func(tx *store.Tx) (err error) {
			lines, err = tx.Story(ctx, since, after)
			return err
		})
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		for _, l := range lines {
			after = l.ID
			say("  %s  %s  %-24s %s", l.At.In(ticket.Shanghai).Format("15:04:05"), l.Ticket, l.Kind, inWords(l.Kind, l.Data))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// inWords says what a timeline line means; a kind without a sentence of its own
// shows its data in a fixed order.
func inWords(kind string, data map[string]any) string {
	switch kind {
	case "call.received":
		return fmt.Sprintf("a call from %v; it is a ticket before anyone has answered", data["caller"])
	case "call.answered":
		return "the greeting begins"
	case "call.keyed":
		return fmt.Sprintf("the caller pressed %v", data["key"])
	case "ticket.raised_by_caller":
		return "urgent: P1, help within 2 hours of the call"
	case "call.queued":
		return "waits for an agent"
	case "call.rang_agent":
		return fmt.Sprintf("rings at the desk of %v", data["by"])
	case "call.connected":
		return fmt.Sprintf("%v answers, and owns the ticket", data["by"])
	case "call.left_queue":
		return fmt.Sprintf("waits no more after %v s: %s", cmp.Or(data["seconds"], any(0)), leftBecause(data["reason"]))
	case "call.rang_duty":
		if data["reason"] == "no_outbound" {
			return fmt.Sprintf("would ring the duty phone of %v; no trunk for our own calls is set (sip.outbound)", data["to"])
		}
		return pairs(data)
	case "call.ended":
		return fmt.Sprintf("the call is over: %v", data["reason"])
	case "callback.joined":
		return "reached nobody again: one call-back stands for all calls of this number"
	case "ticket.repeat_suggested":
		return "this number has an open ticket; a person says whether it is the same matter"
	case "callback.created":
		return fmt.Sprintf("reached nobody: to be rung back by %s", clockOf(data["due_at"]))
	case "ticket.offered":
		return fmt.Sprintf("offered to %v (%v), because %s", data["to"], data["role"], reasons(data["why"]))
	default:
		return pairs(data)
	}
}

// leftBecause says why somebody waits no more.
func leftBecause(reason any) string {
	switch acd.LeaveReason(fmt.Sprint(reason)) {
	case acd.LeftNoAgent:
		return "no agent is signed on"
	case acd.LeftAnswered:
		return "spoke with an agent"
	default:
		return fmt.Sprint(reason)
	}
}

// clockOf is the local time of the day of an RFC 3339 text.
func clockOf(text any) string {
	at, err := time.Parse(time.RFC3339, fmt.Sprint(text))
	if err != nil {
		return fmt.Sprint(text)
	}
	return at.In(ticket.Shanghai).Format("15:04")
}

// reasons says why somebody was asked.
func reasons(why any) string {
	w, _ := why.(map[string]any)
	if w["on_duty"] != true {
		return pairs(w)
	}
	text := fmt.Sprintf("on duty at position %v", w["position"])
	if until, err := time.Parse(time.RFC3339, fmt.Sprint(w["shift_to"])); err == nil {
		text += " until " + ticket.InWords(until)
	}
	if skipped, ok := w["skipped"]; ok {
		text += fmt.Sprintf(", after skipping %v", skipped)
	}
	return text
}

func pairs(data map[string]any) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(data)) {
		if text := fmt.Sprint(data[key]); text != "" && text != "<nil>" {
			parts = append(parts, key+" "+text)
		}
	}
	return strings.Join(parts, ", ")
}
