package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"example.org/hotline/ticket"
)

// StoryLine is a timeline line of any ticket, for whoever follows the whole line.
type StoryLine struct {
	ID     int64
	Ticket ticket.Number
	At     time.Time
	Kind   string
	Data   map[string]any
}

// Story lists what was written into any timeline in scope for calls that came
// in since a moment, on from an id.
func (tx *Tx) Story(ctx context.Context, since time.Time, after int64) ([]StoryLine, error) {
	var rows []struct {
		ID     int64
		Number string
		At     time.Time
		Kind   string
		Data   []byte
	}
	err := tx.find(ctx, "read the story", &rows, `SELECT l.id, t.number, l.at, l.kind, l.data FROM timeline l JOIN tickets t ON t.id = l.ticket_id
		WHERE l.id > ? AND t.invited_at >= ? ORDER BY l.id LIMIT 200`, after, since)
	if err != nil {
		return nil, err
	}
	lines := make([]StoryLine, 0, len(rows))
	for _, r := range rows {
		l := StoryLine{ID: r.ID, Ticket: ticket.Number(r.Number), At: r.At, Kind: r.Kind}
		if err := json.Unmarshal(r.Data, &l.Data); err != nil {
			return nil, fmt.Errorf("read timeline data: %w", err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}
