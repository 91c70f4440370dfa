package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"example.org/hotline/ticket"
)

// dueRow is a delivery whose time has come.
type dueRow struct {
	ID      int64 `json:"id"`
	StaffID int64 `json:"-"`
	Exempt  bool  `json:"-"`
	Paced   int   `json:"-"`
	Unknown bool  `json:"unknown"`
	Void    bool  `json:"void"`
}

// The turns a delivery has been given.
const (
	turnOfPerson  = 1
	turnOfAccount = 2
)

// paceRounds bounds how many batches of put-off deliveries one claim looks past.
const paceRounds = 20

// chooseDue finds up to limit deliveries that may be sent now. What must wait
// for its turn is put off to exactly then, so that it is looked at once more
// and not at every poll; nothing is dropped.
func (tx *Tx) chooseDue(ctx context.Context, c ticket.Claim) (chosen []dueRow, err error) {
	hands := newHands(c)
	for range paceRounds {
		batch := c.Limit - len(chosen)
		if throttled(c) {
			batch = max(batch, 64)
		}
		var due []dueRow
		ids := make([]int64, len(chosen))
		for i, d := range chosen {
			ids[i] = d.ID
		}
		if err := tx.find(ctx, "find due deliveries", &due, dueDeliveries, c.Channel, bigints(ids), bigints(hands.full), batch); err != nil {
			return nil, err
		}
		p, err := tx.loadPaces(ctx, c, due)
		if err != nil {
			return nil, err
		}
		passed := false
		for _, d := range due {
			if len(chosen) == c.Limit {
				break
			}
			if slices.Contains(hands.full, d.StaffID) {
				passed = true
				continue
			}
			if wait, paced := p.turn(d); wait > 0 {
				if err := tx.putOff(ctx, d.ID, wait, paced); err != nil {
					return nil, err
				}
				continue
			}
			hands.take(d.StaffID)
			chosen = append(chosen, d)
		}
		if err := p.save(ctx); err != nil {
			return nil, err
		}
		if len(due) < batch || len(chosen) == c.Limit || !p.putOff && !passed {
			return chosen, nil
		}
	}
	return chosen, nil
}

// hands are the readers of a claim and what each has under way.
type hands struct {
	each  int
	under map[int64]int
	full  []int64 // those who have as much as one may
}

func newHands(c ticket.Claim) *hands {
	h := &hands{each: c.Each, under: map[int64]int{}}
	for staff, n := range c.Under {
		h.under[int64(staff)] = n - 1
		h.take(int64(staff))
	}
	return h
}

// take notes one more of a reader's. Citizens and the alarm number are no reader who could fill a channel.
func (h *hands) take(staff int64) {
	h.under[staff]++
	if h.each > 0 && staff != 0 && h.under[staff] == h.each {
		h.full = append(h.full, staff)
	}
}

func throttled(c ticket.Claim) bool { return c.Person.Burst > 0 || c.Account.Burst > 0 }

func (tx *Tx) putOff(ctx context.Context, id int64, wait time.Duration, paced int) error {
	_, err := tx.exec(ctx, "put a delivery off", `UPDATE deliveries SET not_before = clock_timestamp() + ? * interval '1 microsecond', paced = ? WHERE id = ?`,
		wait.Microseconds(), paced, id)
	return err
}

// paces are the buckets that one claim draws from, by the generic cell rate
// algorithm: each holds the time at which the next message would be in turn if
// all came evenly.
type paces struct {
	tx     *Tx
	claim  ticket.Claim
	now    time.Time // real time of the database
	turns  map[string]time.Time
	drawn  map[string]bool
	putOff bool
}

func accountKey(channel string) string { return "account|" + channel }

func personKey(channel string, staff int64) string {
	return "staff|" + channel + "|" + strconv.FormatInt(staff, 10)
}

// loadPaces locks the buckets of a batch: the account's first, then persons in order. Where nothing is throttled there are none.
func (tx *Tx) loadPaces(ctx context.Context, c ticket.Claim, due []dueRow) (*paces, error) {
	p := &paces{tx: tx, claim: c, turns: map[string]time.Time{}, drawn: map[string]bool{}}
	if !throttled(c) {
		return p, nil
	}
	var keys []string
	for _, d := range due {
		if d.StaffID != 0 && !d.Exempt && d.Paced < turnOfPerson {
			keys = append(keys, personKey(c.Channel, d.StaffID))
		}
	}
	slices.Sort(keys)
	keys = append([]string{accountKey(c.Channel)}, slices.Compact(keys)...) // "account" sorts before "staff"
	if err := tx.scan(ctx, "read the clock", `SELECT clock_timestamp()`, nil, &p.now); err != nil {
		return nil, err
	}
	for _, key := range keys {
		var turn time.Time
		if err := tx.scan(ctx, "load a pace", `INSERT INTO notice_paces (key, turn) VALUES (?, '-infinity') ON CONFLICT (key) DO UPDATE SET key = excluded.key
			RETURNING greatest(turn, ?::timestamptz)`, []any{key, p.now}, &turn); err != nil {
			return nil, err
		}
		p.turns[key] = turn
	}
	return p, nil
}

// turn tells how long a delivery waits, and which turns it has been given then.
// One that is exempt takes its place and never waits.
func (p *paces) turn(d dueRow) (wait time.Duration, paced int) {
	if d.Unknown || d.Void {
		return 0, d.Paced
	}
	if p.claim.Person.Burst > 0 && d.StaffID != 0 && !d.Exempt && d.Paced < turnOfPerson {
		if wait := p.draw(personKey(p.claim.Channel, d.StaffID), p.claim.Person); wait > 0 {
			p.putOff = true
			return wait, turnOfPerson
		}
	}
	if p.claim.Account.Burst > 0 && d.Paced < turnOfAccount {
		if wait := p.draw(accountKey(p.claim.Channel), p.claim.Account); wait > 0 && !d.Exempt {
			p.putOff = true
			return wait, turnOfAccount
		}
	}
	return 0, turnOfAccount
}

// draw takes the next place in a bucket and tells how far off it is.
func (p *paces) draw(key string, r ticket.Rate) time.Duration {
	turn := p.turns[key]
	if turn.Before(p.now) {
		turn = p.now
	}
	p.turns[key], p.drawn[key] = turn.Add(r.Every), true
	return turn.Add(-time.Duration(r.Burst-1) * r.Every).Sub(p.now)
}

func (p *paces) save(ctx context.Context) error {
	for key := range p.drawn {
		if _, err := p.tx.exec(ctx, "save a pace", `UPDATE notice_paces SET turn = ? WHERE key = ?`, p.turns[key], key); err != nil {
			return err
		}
	}
	return nil
}
