package ledger

import (
	"context"
	"fmt"
	"slices"

	"example.org/hotline/internal/act"
)

// What the database does to many rows in one statement, memory does one by one.

func (m *memory) AddDisbursements(ctx context.Context, list []*Disbursement) error {
	for _, d := range list {
		if slices.ContainsFunc(m.payouts, func(o Disbursement) bool { return o.State.Live() && o.purpose() == d.purpose() }) {
			return act.Conflict("already_booked", "paid before")
		}
		if _, err := m.AddDisbursement(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) SaveDisbursements(ctx context.Context, list []*Disbursement) error {
	for _, d := range list {
		if err := m.SaveDisbursement(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) AddAttempts(ctx context.Context, list []*Attempt) error {
	for _, a := range list {
		if err := m.AddAttempt(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) SaveAttempts(ctx context.Context, list []*Attempt) error {
	for _, a := range list {
		if err := m.SaveAttempt(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) AddLimitUses(ctx context.Context, list []LimitUse) error {
	for _, u := range list {
		if err := m.AddLimitUse(ctx, u.Disbursement, []LimitKey{u.LimitKey}, u.Fen); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) SumLimits(ctx context.Context, of []LimitSum) ([]int64, error) {
	return m.LimitSums(ctx, of)
}

func (m *memory) LedgerEntriesByKey(_ context.Context, keys []string) (map[string]EntryID, error) {
	found := map[string]EntryID{}
	for _, k := range keys {
		if e, there := m.entries[k]; there {
			found[k] = e.ID
		}
	}
	return found, nil
}

func (m *memory) RelatedOf(ctx context.Context, of []Kinship) ([]bool, error) {
	related := make([]bool, len(of))
	for i, k := range of {
		related[i], _ = m.Related(ctx, k.Payee, k.People)
	}
	return related, nil
}

var _ RunTx = (*memory)(nil)

// filedRun is a run with its lines.
type filedRun struct {
	Run
	lines []RunLine
}

func (m *memory) AddRun(_ context.Context, r *Run, lines []RunLine) (bool, error) {
	r.ID = RunID(len(m.runs) + 1)
	m.runs = append(m.runs, filedRun{*r, slices.Clone(lines)})
	return true, nil
}

func (m *memory) RunForUpdate(_ context.Context, publicID string) (Run, error) {
	for _, r := range m.runs {
		if r.PublicID == publicID {
			return r.Run, nil
		}
	}
	return Run{}, act.NotFound("run")
}

func (m *memory) RunLines(_ context.Context, id RunID) ([]RunLine, error) {
	return slices.Clone(m.runs[id-1].lines), nil
}

func (m *memory) SaveRun(_ context.Context, r *Run) error {
	r.Version++
	m.runs[r.ID-1].Run = *r
	return nil
}

func (m *memory) SaveRunLines(_ context.Context, id RunID, lines []RunLine) error {
	all := slices.Clone(m.runs[id-1].lines)
	for _, l := range lines {
		if all[l.Seq-1].State != LineWaits {
			return fmt.Errorf("line %d is %s", l.Seq, all[l.Seq-1].State)
		}
		all[l.Seq-1] = l
	}
	m.runs[id-1].lines = all
	return nil
}
