package store

import (
	"context"
	"errors"
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Contact is one telephone of the staff that a call may ring.
type Contact struct {
	Staff area.StaffID
	Name  string // role and area as the timeline shows them: "county_duty 甲县"
	Phone string // E.164; never logged
}

// CallerFacts is what is known of a caller's number.
type CallerFacts struct {
	Known       bool // called before
	OpenTicket  bool // besides this call's own
	CallbackDue bool // somebody is to ring it back
	CallsToday  int  // with this one
}

// dutyLevel is who is rung at a level, in this order, and where they stand.
var dutyLevel = map[string]struct {
	level area.Level
	roles []area.Role
}{
	"township": {area.LevelTownship, []area.Role{area.RoleWorker, area.RoleTownshipHead}},
	"county":   {area.LevelCounty, []area.Role{area.RoleCountyDuty}},
	"city":     {area.LevelCity, []area.Role{area.RoleCityDuty}},
}

// ringable are the roles whose telephones a call may be handed to: the staff of
// the line and those who go out, never the administrators of the system.
var ringable = []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCityDuty, area.RoleCityHead}

// DutyPhones lists the telephones of who is on duty for the area of a call's
// ticket at a level ("township", "county", "city"), first to be rung first;
// none where the area is wider than the level or nobody is on duty.
func (db *DB) DutyPhones(ctx context.Context, call ticket.CallID, level string) (phones []Contact, err error) {
	at, ok := dutyLevel[level]
	if !ok {
		return nil, act.Invalid("level", "unknown_level", "Levels are township, county and city.")
	}
	err = db.InTx(ctx, act.SystemIVR, func(tx *Tx) error {
		var where area.Code
		if err := tx.scan(ctx, "find the place of a call", `SELECT area_code FROM tickets WHERE call_id = ? AND split_from IS NULL`, []any{string(call)}, &where); err != nil {
			return err
		}
		if where.Level() < at.level {
			return nil
		}
		for _, role := range at.roles {
			answer, err := tx.DutyAt(ctx, where.At(at.level), role, 0, tx.now)
			if err != nil {
				return err
			}
			for _, d := range answer.OnDuty {
				c, err := tx.contact(ctx, `s.post_id = ?`, int64(d.Post))
				if errors.Is(err, act.ErrNotFound) {
					continue // no telephone: the next one is rung
				}
				if err != nil {
					return err
				}
				phones = append(phones, c)
			}
		}
		return nil
	})
	return phones, err
}

// StaffPhone finds a member of staff's telephone by login. act.ErrNotFound where
// there is no such person, or one whom calls are not handed to.
func (db *DB) StaffPhone(ctx context.Context, login string) (c Contact, err error) {
	err = db.InTx(ctx, act.SystemIVR, func(tx *Tx) (err error) {
		c, err = tx.contact(ctx, `s.login = ? AND s.role IN ?`, login, ringable)
		return err
	})
	return c, err
}

func (tx *Tx) contact(ctx context.Context, where string, args ...any) (Contact, error) {
	r, err := one[struct {
		ID                    int64
		Login, Role, AreaName string
		PhoneSealed           []byte
	}](ctx, tx, "telephone", `SELECT s.id, s.login, s.role, d.name AS area_name, s.phone_sealed FROM staff s JOIN divisions d ON d.code = s.area_code
		WHERE s.active AND s.phone_sealed IS NOT NULL AND `+where, args...)
	if err != nil {
		return Contact{}, err
	}
	phone, err := tx.db.sealer.Open(staffPhoneContext(r.Login), r.PhoneSealed)
	if err != nil {
		return Contact{}, fmt.Errorf("open the telephone of %s: %w", r.Login, err)
	}
	if len(phone) == 0 {
		return Contact{}, act.NotFound("telephone")
	}
	return Contact{Staff: area.StaffID(r.ID), Name: r.Role + " " + r.AreaName, Phone: string(phone)}, nil
}

// CallerFacts tells what is known of the number a call came from; nothing of a
// withheld one.
func (db *DB) CallerFacts(ctx context.Context, c ticket.Call) (f CallerFacts, err error) {
	index := db.callerIndex(c)
	if index == nil {
		return CallerFacts{}, nil
	}
	err = db.InTx(ctx, act.SystemIVR, func(tx *Tx) error {
		return tx.scan(ctx, "look a caller up", `SELECT
			EXISTS (SELECT 1 FROM tickets t WHERE t.caller_index = x.i AND t.call_id <> x.call),
			EXISTS (SELECT 1 FROM tickets t WHERE t.caller_index = x.i AND t.call_id <> x.call AND t.status NOT IN ('closed', 'duplicate')),
			EXISTS (SELECT 1 FROM callbacks b WHERE b.caller_index = x.i AND b.state IN ('open', 'claimed', 'visit')),
			(SELECT count(*) FROM tickets t WHERE t.caller_index = x.i AND t.invited_at >= ?)
			FROM (SELECT ?::bytea AS i, ?::uuid AS call) x`, []any{tx.today(), index, string(c.ID)}, &f.Known, &f.OpenTicket, &f.CallbackDue, &f.CallsToday)
	})
	return f, err
}
