package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Tree loads every place, and the version by which a later load is known to be needed.
func (tx *Tx) Tree(ctx context.Context) (tree *area.Tree, version int64, err error) {
	// The version first: a change between the two would be loaded twice and never missed.
	if version, err = tx.treeVersion(ctx, ""); err != nil {
		return nil, 0, err
	}
	var rows []struct{ Code, Name, ValidFrom, ValidTo, MergedInto string }
	err = tx.find(ctx, "load the area tree", &rows, `SELECT code, name, valid_from::text AS valid_from, coalesce(valid_to::text, '') AS valid_to,
		coalesce(merged_into, '') AS merged_into FROM divisions ORDER BY code`)
	divisions := make([]area.Division, 0, len(rows))
	for _, r := range rows {
		divisions = append(divisions, area.Division{Code: area.Code(r.Code), Name: r.Name, ValidFrom: area.Date(r.ValidFrom),
			ValidTo: area.Date(r.ValidTo), MergedInto: area.Code(r.MergedInto)})
	}
	return area.NewTree(divisions), version, err
}

func (tx *Tx) treeVersion(ctx context.Context, lock string) (version int64, err error) {
	err = tx.scan(ctx, "ask for the version of the area tree", `SELECT version FROM divisions_version`+lock, nil, &version)
	return version, err
}

// PreviewDivisions finds out what a file of places would change and every fault
// in it. The file is kept for whoever applies it; nothing else changes.
func (tx *Tx) PreviewDivisions(ctx context.Context, name string, raw []byte) (area.ImportPreview, error) {
	tree, version, err := tx.Tree(ctx)
	if err != nil {
		return area.ImportPreview{}, err
	}
	plan, err := tx.planDivisions(ctx, tree, raw)
	if err != nil {
		return area.ImportPreview{}, err
	}
	id, err := tx.keepImport(ctx, "areas", name, raw, version)
	return plan.Preview(id, name), err
}

// planDivisions checks a file against the tree and what hangs on it.
func (tx *Tx) planDivisions(ctx context.Context, tree *area.Tree, raw []byte) (area.DivisionPlan, error) {
	busy, err := tx.busyPlaces(ctx)
	return area.PlanDivisions(raw, area.Bounds{Tree: tree, Within: tx.actor.Area, Today: area.DateOf(tx.now), Busy: busy}), err
}

// busyPlaces lists the places with open tickets, desks or people.
func (tx *Tx) busyPlaces(ctx context.Context) (map[area.Code]area.Busy, error) {
	var rows []struct {
		AreaCode       string
		Tickets, Posts int
	}
	err := tx.find(ctx, "look for what hangs on places", &rows, `SELECT area_code, sum(tickets)::int AS tickets, sum(posts)::int AS posts FROM (
			SELECT area_code, 1 AS tickets, 0 AS posts FROM tickets WHERE status NOT IN ('closed', 'duplicate')
			UNION ALL SELECT p.area_code, 0, 1 FROM posts p LEFT JOIN staff s ON s.post_id = p.id WHERE p.kind = 'desk' OR s.active) x GROUP BY area_code`)
	busy := make(map[area.Code]area.Busy, len(rows))
	for _, r := range rows {
		busy[area.Code(r.AreaCode)] = area.Busy{Tickets: r.Tickets, Posts: r.Posts}
	}
	return busy, err
}

// ApplyDivisions carries out a file that was looked at, all of it or nothing. It
// is checked again: the tree, and what hangs on it, may have changed since.
// What is open in places that are merged today goes to their successors.
func (tx *Tx) ApplyDivisions(ctx context.Context, id string) (area.ImportPreview, error) {
	kept, raw, err := tx.openImport(ctx, "areas", id)
	if err != nil {
		return area.ImportPreview{}, err
	}
	version, err := tx.treeVersion(ctx, " FOR UPDATE")
	if err != nil {
		return area.ImportPreview{}, err
	}
	if version != kept.SeenVersion {
		return area.ImportPreview{}, act.Conflict("areas_changed", "The places have changed since you looked at the file; nothing was done. Bring it again.")
	}
	tree, _, err := tx.Tree(ctx)
	if err != nil {
		return area.ImportPreview{}, err
	}
	plan, err := tx.planDivisions(ctx, tree, raw)
	if err != nil {
		return area.ImportPreview{}, err
	}
	if plan.Counts.Faults > 0 {
		fault := act.Refused("import_faulty", "The file has faults; nothing was done. Correct them and bring it again.")
		fault.Args = map[string]any{"faults": plan.Counts.Faults}
		return area.ImportPreview{}, fault
	}
	if err := tx.writeDivisions(ctx, plan.Changes); err != nil {
		return area.ImportPreview{}, err
	}
	if err := tx.settle(ctx, plan.After); err != nil {
		return area.ImportPreview{}, err
	}
	if err := tx.importApplied(ctx, kept); err != nil {
		return area.ImportPreview{}, err
	}
	preview := plan.Preview(id, kept.FileName)
	preview.Applied = &tx.now
	return preview, tx.tellDivisions(ctx, kept, plan.Counts)
}

// writeDivisions writes the places of changes in one statement, since they name one another.
func (tx *Tx) writeDivisions(ctx context.Context, changes []area.Change) error {
	if len(changes) == 0 {
		return nil
	}
	divisions := make([]area.Division, 0, len(changes))
	for _, c := range changes {
		divisions = append(divisions, c.Division)
	}
	rows, err := json.Marshal(divisions)
	if err != nil {
		return fmt.Errorf("write divisions: %w", err)
	}
	_, err = tx.exec(ctx, "write divisions", `INSERT INTO divisions (code, name, valid_from, valid_to, merged_into)
		SELECT code, name, valid_from, valid_to, merged_into
		FROM jsonb_to_recordset(?::jsonb) AS x (code text, name text, valid_from date, valid_to date, merged_into text)
		ON CONFLICT (code) DO UPDATE SET name = excluded.name, valid_from = excluded.valid_from, valid_to = excluded.valid_to, merged_into = excluded.merged_into`, string(rows))
	return err
}

// tellDivisions leaves a record of an import and tells every node.
func (tx *Tx) tellDivisions(ctx context.Context, kept importRow, c area.Counts) error {
	data := map[string]any{"import": kept.PublicID, "sha256": hex.EncodeToString(kept.SHA256), "new": c.New, "changed": c.Changed, "reopened": c.Reopened,
		"closed": c.Closed, "merged": c.Merged}
	subject := act.Subject{Kind: "import", ID: kept.ID}
	if err := tx.Audit(ctx, act.Record{Action: "areas.imported", Subject: subject, Area: tx.actor.Area, Data: data}); err != nil {
		return err
	}
	tx.places = true
	return tx.Emit(ctx, act.Event{Kind: "areas.changed", Subject: subject, Area: tx.actor.Area})
}
