package ticket

import (
	"context"

	"example.org/hotline/area"
)

// Succeed hands an open ticket of a place that was merged to the place that
// answers for it now. The clocks, the ladder and whoever was asked go on as they
// were; owner is the desk that took the place of the old one's, zero where the
// owner stays. Where it happened stands in the timeline for good.
func Succeed(ctx context.Context, tx Tx, id ID, to area.Code, owner area.PostID) error {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return err
	}
	from := t.Area
	t.Area = to
	if owner != 0 {
		t.Owner = owner
	}
	return record(ctx, tx, &t, change{kind: "ticket.area_merged", data: map[string]any{"from_area": string(from), "area": string(to)}})
}
