package main

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/store"
	"example.org/hotline/test/places"
)

//go:embed books.sql
var booksSQL string

// yearOfMoney is what a county is given and a township's float is filled with, in fen: more than the books spend.
const yearOfMoney, fullFloat = 9_000_000_000, 400_000_000

// books are a whole city's, a year old.
type books struct {
	database
	towns    []town
	counties map[area.Code]desk
}

// desk is a county with the people whom a run and its batch need.
type desk struct{ maker, signer, batcher act.Actor }

// town is a township with the three people whom a payout needs.
type town struct {
	code               area.Code
	maker, head, payer act.Actor
}

// layBooks makes a city of the real size with a year's payouts, one for each household, and live decisions that wait
// for theirs.
func layBooks(ctx context.Context, d database, households, live int) (books, error) {
	b := books{database: d}
	if err := d.db.ImportDirectory(ctx, cityOfBooks()); err != nil {
		return b, err
	}
	system := act.Actor{System: "bench", Name: "bench"}
	if err := d.db.InTx(ctx, system, func(tx *store.Tx) error { return fill(ctx, tx) }); err != nil {
		return b, err
	}
	script := strings.NewReplacer(":households", fmt.Sprint(households), ":live", fmt.Sprint(live)).Replace(booksSQL)
	if err := d.exec(ctx, script); err != nil {
		return b, fmt.Errorf("lay the books out: %w", err)
	}
	v, err := d.db.VerifyLedger(ctx)
	if err != nil {
		return b, err
	}
	if len(v.Faults) > 0 {
		return b, fmt.Errorf("the books that were laid out do not hold: %v", v.Faults[:min(3, len(v.Faults))])
	}
	return b, b.findPeople(ctx)
}

// cityOfBooks is the city with a desk and three people in each township.
func cityOfBooks() area.Directory {
	dir := area.Directory{Divisions: places.Generate(places.Counties, places.Townships, places.Villages)}
	for _, div := range dir.Divisions {
		if div.Code.Level() == area.LevelCounty {
			for login, role := range map[string]area.Role{"lists-": area.RoleCountyDuty, "signs-": area.RoleCountyDuty, "sends-": area.RoleCountyFinance} {
				name := login + string(div.Code)
				dir.Staff = append(dir.Staff, area.NewStaff{Login: name, Name: name, Role: role, Area: div.Code, Phone: fmt.Sprintf("+86199%08d", len(dir.Staff)+1)})
			}
		}
		if div.Code.Level() != area.LevelTownship {
			continue
		}
		dir.Desks = append(dir.Desks, area.Desk{Area: div.Code, Role: area.RoleWorker, Name: div.Name + "值班台"})
		for login, role := range map[string]area.Role{"maker-": area.RoleWorker, "payer-": area.RoleWorker, "head-": area.RoleTownshipHead} {
			name := login + string(div.Code)
			dir.Staff = append(dir.Staff, area.NewStaff{Login: name, Name: name, Role: role, Area: div.Code, Phone: fmt.Sprintf("+86199%08d", len(dir.Staff)+1)})
		}
	}
	return dir
}

// fill gives counties their money and budgets, and townships their floats.
func fill(ctx context.Context, tx *store.Tx) error {
	for _, div := range places.Generate(places.Counties, places.Townships, 0) {
		switch div.Code.Level() { //nolint:exhaustive // the rest holds no money
		case area.LevelCounty:
			if err := ledger.AllocateFund(ctx, tx, div.Code, yearOfMoney, "year"); err != nil {
				return err
			}
			if err := ledger.SetBudget(ctx, tx, ledger.Budget{County: div.Code, AidKind: "urgent", Year: tx.Now().In(area.Shanghai).Year(), Fen: yearOfMoney, Voucher: "year"}); err != nil {
				return err
			}
		case area.LevelTownship:
			if err := ledger.FundFloat(ctx, tx, div.Code, fullFloat, "year"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *books) findPeople(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, b.super)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // a short-lived connection
	rows, err := conn.Query(ctx, `SELECT area_code, split_part(login, '-', 1), id, post_id, role FROM staff WHERE login ~ '^(maker|head|payer|lists|signs|sends)-' ORDER BY area_code`)
	if err != nil {
		return err
	}
	byCode := map[string]*town{}
	var codes []string
	var code, duty, role string
	var id, post int64
	b.counties = map[area.Code]desk{}
	_, err = pgx.ForEachRow(rows, []any{&code, &duty, &id, &post, &role}, func() error {
		if place := area.Code(code); place.Level() == area.LevelCounty {
			d := b.counties[place]
			*map[string]*act.Actor{"lists": &d.maker, "signs": &d.signer, "sends": &d.batcher}[duty] = act.Actor{StaffID: area.StaffID(id), PostID: area.PostID(post), Name: duty, Role: area.Role(role), Area: place}
			b.counties[place] = d
			return nil
		}
		t := byCode[code]
		if t == nil {
			t = &town{code: area.Code(code)}
			byCode[code], codes = t, append(codes, code)
		}
		who := act.Actor{StaffID: area.StaffID(id), PostID: area.PostID(post), Name: duty, Role: area.Role(role), Area: t.code}
		*map[string]*act.Actor{"maker": &t.maker, "head": &t.head, "payer": &t.payer}[duty] = who
		return nil
	})
	for _, c := range codes {
		b.towns = append(b.towns, *byCode[c])
	}
	return err
}

// lot is a decision that waits for its payout.
type lot struct {
	ticket, decision, fen int64
	payee, household      []byte
	account               int64
	number                []byte // blind index of the account
	town                  int    // index in books.towns
}

// waiting lists the decisions that wait, township by township in turn.
func (b *books) waiting(ctx context.Context) (lots []lot, err error) {
	index := map[area.Code]int{}
	for i, t := range b.towns {
		index[t.code] = i
	}
	conn, err := pgx.Connect(ctx, b.super)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx) //nolint:errcheck // a short-lived connection
	rows, err := conn.Query(ctx, `SELECT t.id, d.id, d.fen, d.payee_index, d.household_index, p.id, p.number_index, t.area_code FROM decisions d JOIN tickets t ON t.id = d.ticket_id
		JOIN payee_accounts p ON p.ticket_id = t.id WHERE d.state = 'approved' ORDER BY d.id`)
	if err != nil {
		return nil, err
	}
	var l lot
	var code string
	_, err = pgx.ForEachRow(rows, []any{&l.ticket, &l.decision, &l.fen, &l.payee, &l.household, &l.account, &l.number, &code}, func() error {
		l.town = index[area.Code(code)]
		lots = append(lots, l)
		return nil
	})
	return lots, err
}

// limitsOfBooks bind nobody and are asked all the same.
var limitsOfBooks = ledger.Limits{Policy: "bench", SoloFen: 10_000, TownshipFen: 500_000, HouseholdFen: 1_000_000, HouseholdMonths: 12,
	AidKindFen: map[string]int64{"urgent": 1_000_000}, WorkerDayFen: 10_000_000_000, TownshipDayFen: 10_000_000_000, SecondSignature: 24 * time.Hour, CountyMayCheck: 10 * time.Minute}
