package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm/logger"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// statementCount counts statements.
type statementCount struct {
	logger.Interface
	mu sync.Mutex
	n  int
}

func (c *statementCount) LogMode(logger.LogLevel) logger.Interface { return c }

func (c *statementCount) Trace(context.Context, time.Time, func() (string, int64), error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

// statements counts what an act asks of the database.
func (m *bankTill) statements(t *testing.T, login string, fn func(*Tx) error) int {
	t.Helper()
	c, quiet := &statementCount{Interface: m.db.gorm.Logger}, m.db.gorm.Logger
	m.db.gorm.Logger = c
	defer func() { m.db.gorm.Logger = quiet }()
	m.must(t, login, fn)
	return c.n
}

// What a bank says of many payouts takes no more statements than what it says of two, in a return and in a statement.
func TestABanksWordsTakeFewStatements(t *testing.T) {
	var returns, statements []int
	for _, pairs := range []int{1, 3} {
		m, person := newBankTill(t), 0
		for range 2 * pairs {
			person++
			m.paying(t, person, 1_000, fmt.Sprintf("62000000000000%05d", person))
		}
		b := m.sent(t)
		words := slices.Repeat([]rail.Status{rail.Succeeded, rail.Failed}, pairs)
		var got relief.Loaded
		returns = append(returns, m.statements(t, "finance", m.loading(t, b, m.says(t, b, nil, words...), &got)))
		if got.Succeeded != pairs || got.Failed != pairs {
			t.Errorf("%+v", got)
		}
		for range 2 * pairs {
			person++
			m.paying(t, person, 1_000, fmt.Sprintf("62000000000000%05d", person))
		}
		var lines []rail.StatementLine
		for _, reference := range m.references(t, m.sent(t)) {
			lines = append(lines, rail.StatementLine{Reference: reference, Fen: 1_000, Direction: rail.Debit})
		}
		f := m.statement(t, fmt.Sprintf("of-%d", pairs), lines...)
		statements = append(statements, m.statements(t, "finance", func(tx *Tx) error {
			got, err := relief.LoadStatement(t.Context(), tx, m.bank, f, moneyRules())
			if err == nil && got.Succeeded != 2*pairs {
				t.Errorf("%+v", got)
			}
			return err
		}))
		m.sound(t)
	}
	if returns[0] != returns[1] || statements[0] != statements[1] {
		t.Errorf("a return of 2 lines takes %d statements and one of 6 %d; a statement %d and %d", returns[0], returns[1], statements[0], statements[1])
	}
}

// aftermath is everything that a bank's word leaves behind on a ticket.
func (m *bankTill) aftermath(t *testing.T, of ticket.ID) (rows []string) {
	t.Helper()
	m.must(t, "supervisor", func(tx *Tx) error {
		return tx.everywhere(t.Context(), func() error {
			return tx.find(t.Context(), "look at what is left", &rows, `WITH p AS (SELECT id FROM papers WHERE ticket_id = ?), d AS (SELECT * FROM disbursements WHERE ticket_id = ?),
				s AS (SELECT 'ticket' AS kind, ?::bigint AS id UNION ALL SELECT 'paper', id - (SELECT min(id) FROM p) FROM p)
				SELECT concat_ws(' ', 'ticket', status, version, step, epoch) FROM tickets WHERE id = ?
				UNION ALL SELECT concat_ws(' ', 'clock', kind, revision, stopped_at IS NOT NULL, proof, breached_at) FROM clocks WHERE ticket_id = ?
				UNION ALL SELECT concat_ws(' ', 'told', kind, data->>'state', data->>'bank_reason', data->>'try', data->>'on_time') FROM timeline WHERE ticket_id = ?
				UNION ALL SELECT concat_ws(' ', 'event', kind, data->>'status', data->>'version') FROM outbox WHERE subject_kind = 'ticket' AND subject_id = ?
				UNION ALL SELECT concat_ws(' ', 'notice', template, post_id, urgent, fields->>'amount') FROM notices WHERE ticket_id = ?
				UNION ALL SELECT concat_ws(' ', 'pending', kind, step, epoch, CASE WHEN subject_kind = 'paper' THEN due_at::date END) FROM timers WHERE (subject_kind = 'ticket' AND subject_id = ?) OR (subject_kind = 'paper' AND subject_id IN (SELECT id FROM p))
				UNION ALL SELECT concat_ws(' ', 'ended', kind, step, epoch, outcome) FROM timer_log WHERE subject_kind = 'ticket' AND subject_id = ?
				UNION ALL SELECT concat_ws(' ', 'decision', state, version, approved_by) FROM decisions WHERE ticket_id = ?
				UNION ALL SELECT concat_ws(' ', 'paper', kind, state, counted, due_at::date, version, photos) FROM papers WHERE ticket_id = ?
				UNION ALL SELECT concat_ws(' ', 'payout', state, version) FROM d
				UNION ALL SELECT concat_ws(' ', 'try', a.state, a.reason, a.code, a.version) FROM disbursement_attempts a JOIN d ON d.id = a.disbursement_id
				UNION ALL SELECT concat_ws(' ', 'entry', e.event) FROM ledger_entries e JOIN d ON d.id = e.disbursement_id
				ORDER BY 1`, slices.Repeat([]any{int64(of)}, 12)...)
		})
	})
	return rows
}

// What a bank says of many payouts in one file leaves the same behind as what it says of each in a file of its own.
func TestWordsTogetherAreWordsAlone(t *testing.T) {
	m := newBankTill(t)
	words := []rail.Status{rail.Succeeded, rail.Failed, rail.Accepted, rail.Succeeded}
	var tickets [2][]ticket.ID
	for way := range tickets {
		for i := range words {
			n := 1 + way*len(words) + i
			tk, _ := m.paying(t, n, 1_000, fmt.Sprintf("62000000000000%05d", n))
			tickets[way] = append(tickets[way], tk.ID)
		}
		b := m.sent(t)
		if way == 0 {
			m.loaded(t, b, m.says(t, b, nil, words...))
			m.loaded(t, b, m.says(t, b, nil, rail.Failed, "", "", "")) // and came back
			continue
		}
		for i, word := range words {
			alone := make([]rail.Status, len(words))
			alone[i] = word
			m.loaded(t, b, m.says(t, b, nil, alone...))
		}
		m.loaded(t, b, m.says(t, b, nil, rail.Failed, "", "", ""))
	}
	for i := range words {
		together, alone := m.aftermath(t, tickets[0][i]), m.aftermath(t, tickets[1][i])
		if !slices.Equal(together, alone) {
			t.Errorf("%s: together\n%s\nalone\n%s", words[i], strings.Join(together, "\n"), strings.Join(alone, "\n"))
		}
		if len(together) < 10 {
			t.Errorf("%s leaves %d rows behind", words[i], len(together))
		}
	}
	m.sound(t)
}

// What waits to be written together is guarded by its version like what is written at once.
func TestARowThatMovedIsRefusedTogether(t *testing.T) {
	m := newBankTill(t)
	_, d := m.decided(t, 1, 1_000)
	err := m.as(t, "worker1", func(tx *Tx) error {
		return tx.Together(t.Context(), func() error {
			stale, err := tx.DecisionForUpdate(t.Context(), d.ID)
			if err != nil {
				return err
			}
			stale.Version--
			return tx.SaveDecision(t.Context(), &stale)
		})
	})
	if !errors.Is(err, act.ErrConflict) {
		t.Errorf("a decision that moved: %v", err)
	}
}

// Timers that are cancelled together make room for those that are armed after, and what was armed just before ends.
func TestTogetherCancelsInOrder(t *testing.T) {
	m := newBankTill(t)
	tk := m.found(t, 1)
	at := time.Now().Add(24 * time.Hour)
	timer := func(kind string, epoch int64) act.Timer {
		return act.Timer{Subject: tk.Subject(), Kind: kind, Step: 1, Epoch: epoch, DueAt: at}
	}
	m.must(t, "worker1", func(tx *Tx) error { return tx.Arm(t.Context(), timer("deadline", 71)) })
	m.must(t, "worker1", func(tx *Tx) error {
		return tx.Together(t.Context(), func() error {
			return errors.Join(tx.Cancel(t.Context(), tk.Subject(), "deadline"), tx.Arm(t.Context(), timer("deadline", 72)),
				tx.Arm(t.Context(), timer("warning", 73)), tx.Cancel(t.Context(), tk.Subject(), "warning"))
		})
	})
	for _, want := range []struct {
		sql string
		n   int
	}{
		{`SELECT count(*) FROM timers WHERE subject_kind = 'ticket' AND subject_id = ? AND kind = 'deadline'`, 1},
		{`SELECT count(*) FROM timers WHERE subject_kind = 'ticket' AND subject_id = ? AND epoch = 72`, 1},
		{`SELECT count(*) FROM timers WHERE subject_kind = 'ticket' AND subject_id = ? AND kind = 'warning'`, 0},
		{`SELECT count(*) FROM timer_log WHERE subject_kind = 'ticket' AND subject_id = ? AND epoch IN (71, 73) AND outcome = 'cancelled'`, 2},
	} {
		if n := m.count(t, want.sql, int64(tk.ID)); n != want.n {
			t.Errorf("%s: %d", want.sql, n)
		}
	}
}
