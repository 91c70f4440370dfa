package relief

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// OpenItemsTx is what telling of open items needs of a transaction.
type OpenItemsTx interface {
	StoresTx
	// Counties lists the counties that have books.
	Counties(ctx context.Context) ([]area.Code, error)
	// OpenItems lists what does not agree in a county's books as of the end of a day, oldest first.
	OpenItems(ctx context.Context, county area.Code, through area.Date) ([]ledger.OpenItem, error)
	// LockOpenItems makes those who look through a county's open items wait for each other.
	LockOpenItems(ctx context.Context, county area.Code) error
	// MarkImprest writes down which floats of a county do not agree, and which do again, so that a miss has an age.
	MarkImprest(ctx context.Context, county area.Code) error
	// AddTellings writes tellings down and returns those that nobody was told before.
	AddTellings(ctx context.Context, all []ledger.Telling) ([]ledger.Telling, error)
}

// lookEvery is how often, in real time, it is asked whether an hour of the line has passed.
const lookEvery = 20 * time.Second

// WatchOpenItems looks once in each hour of the line through the open items of every
// county, and at each look at how low floats and funds are, until ctx ends. Every node may run it: nobody is told twice.
func WatchOpenItems(ctx context.Context, run act.Run[OpenItemsTx], rules func(time.Time) Rules, log *slog.Logger) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var looked time.Time
	for {
		hour, err := lookThroughBooks(ctx, run, rules, looked)
		if err != nil && ctx.Err() == nil && !errors.Is(err, act.ErrUnavailable) {
			log.ErrorContext(ctx, "the books were not looked through for open items", "error", err)
		}
		if err == nil {
			looked = hour
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// lookThroughBooks does so for open items and budgets where another hour than the one last looked at has come, each
// county in a transaction of its own, and tells which hour it is.
func lookThroughBooks(ctx context.Context, run act.Run[OpenItemsTx], rules func(time.Time) Rules, looked time.Time) (hour time.Time, err error) {
	var counties []area.Code
	err = run(ctx, act.SystemDispatch, func(tx OpenItemsTx) error {
		if err := TellLow(ctx, tx, rules(tx.Now()).Policy.Limits); err != nil {
			return err
		}
		hour = tx.Now().Truncate(time.Hour)
		if hour.Equal(looked) {
			return nil
		}
		if err := TellBudgets(ctx, tx); err != nil {
			return err
		}
		counties, err = tx.Counties(ctx)
		return err
	})
	for _, county := range counties {
		err = errors.Join(err, run(ctx, act.SystemDispatch, func(tx OpenItemsTx) error { return TellOpenItems(ctx, tx, county) }))
	}
	return hour, err
}

// TellOpenItems tells of what does not agree in a county's books, once at each age: at
// one day county finance, at three the head of the place, at seven the supervisor. A
// text holds a place and a number of items, and names nobody.
func TellOpenItems(ctx context.Context, tx OpenItemsTx, county area.Code) error {
	if err := errors.Join(tx.LockOpenItems(ctx, county), tx.MarkImprest(ctx, county)); err != nil {
		return err
	}
	items, err := tx.OpenItems(ctx, county, area.DateOf(tx.Now()))
	if err != nil {
		return err
	}
	var reached []ledger.Telling
	for _, i := range items {
		for _, days := range i.AgesReached() {
			reached = append(reached, ledger.Telling{OpenItem: i, Days: days})
		}
	}
	fresh, err := tx.AddTellings(ctx, reached)
	if err != nil {
		return err
	}
	for _, days := range ledger.TellingAges() {
		if err := tellAge(ctx, tx, county, fresh, days); err != nil {
			return err
		}
	}
	return nil
}

// tellAge tells of the items that have come to one age, together where they lie together.
func tellAge(ctx context.Context, tx Tx, county area.Code, fresh []ledger.Telling, days int) error {
	count := map[area.Code]int{}
	var places []area.Code // in the order of the oldest item
	for _, t := range fresh {
		if t.Days != days {
			continue
		}
		place := county
		if days == 3 { // whoever heads the place is told of its own
			place = area.Code(t.Area)
		}
		if count[place] == 0 {
			places = append(places, place)
		}
		count[place]++
	}
	for _, place := range places {
		named, err := tx.Division(ctx, place)
		if err != nil {
			return err
		}
		m := message{"open_items", string(place) + ":" + strconv.Itoa(days) + ":" + tx.Now().Format(time.RFC3339Nano),
			map[string]string{"area": named.Name, "count": strconv.Itoa(count[place]), "days": strconv.Itoa(days)}}
		switch {
		case days == 1:
			var told bool
			if told, err = tellRole(ctx, tx, ticket.Ticket{}, county, area.RoleCountyFinance, m); err == nil && !told {
				err = tellSupervisor(ctx, tx, county, m) // a county without finance: whoever watches it
			}
		case days == 7:
			err = tellSupervisor(ctx, tx, county, m)
		case place.Level() == area.LevelCounty:
			err = tellSigner(ctx, tx, ticket.Ticket{}, place, ledger.LevelCounty, m)
		default:
			err = tellSigner(ctx, tx, ticket.Ticket{}, place, ledger.LevelTownship, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
