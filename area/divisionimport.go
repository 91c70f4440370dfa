package area

import (
	"cmp"
	"fmt"
	"slices"
)

// divisionColumns are the columns of a file of places.
var divisionColumns = []Column{
	{Name: "code", Also: []string{"代码", "区划代码"}, Required: true},
	{Name: "name", Also: []string{"名称", "区划名称"}, Required: true},
	{Name: "valid_from", Also: []string{"生效日期"}},
	{Name: "valid_to", Also: []string{"失效日期"}},
	{Name: "merged_into", Also: []string{"并入", "并入代码"}},
}

// Busy is what still hangs on a place.
type Busy struct {
	Tickets int // that are open
	Posts   int // desks, and people who have not left
}

func (b Busy) any() bool { return b.Tickets+b.Posts > 0 }

// Bounds is what an import of places is checked against.
type Bounds struct {
	Tree   *Tree         // as it stands
	Within Code          // where the importer may change anything; empty: everywhere
	Today  Date          // of the line's clock
	Busy   map[Code]Busy // of every place on which something hangs
}

// The kinds of change.
const (
	ChangeNew      = "new"
	ChangeName     = "changed" // its name or its dates
	ChangeReopened = "reopened"
	ChangeClosed   = "closed"
	ChangeMerged   = "merged"
)

// Change is what one line of a file does to the tree.
type Change struct {
	Line     int    `json:"line"`
	Kind     string `json:"kind" enum:"new,changed,reopened,closed,merged"`
	Division        // as it will be
	Was      string `json:"was,omitempty" doc:"Its name before, where that changes"`
}

// Counts says how much an import would change.
type Counts struct {
	Lines    int `json:"lines"`
	Same     int `json:"same" doc:"Lines that change nothing"`
	New      int `json:"new"`
	Changed  int `json:"changed"`
	Reopened int `json:"reopened"`
	Closed   int `json:"closed"`
	Merged   int `json:"merged"`
	Faults   int `json:"faults"`
}

// DivisionPlan is what a file of places would do. It may be carried out only
// where it has no fault.
type DivisionPlan struct {
	Counts  Counts
	Faults  []LineFault
	Changes []Change
	After   *Tree
}

// proposed is a place as a line of the file gives it.
type proposed struct {
	line   int
	before Division // the zero Division where it is new
	Division
}

// PlanDivisions reads a file of places and finds out what it would change and
// every fault in it. A place that the file does not name stays as it is.
func PlanDivisions(raw []byte, b Bounds) DivisionPlan {
	sheet := ReadSheet(raw, divisionColumns)
	p := &planner{Bounds: b, faults: sheet.Faults, lineOf: map[Code]int{}}
	for _, line := range sheet.Lines {
		p.take(&sheet, line)
	}
	all := make([]Division, 0, b.Tree.Size()+len(p.rows))
	for _, code := range b.Tree.sorted {
		all = append(all, b.Tree.places[code])
	}
	for _, row := range p.rows {
		all = append(all, row.Division)
	}
	p.after = NewTree(all)
	for i := range p.rows {
		p.checkPlace(&p.rows[i])
	}
	sortFaults(p.faults)
	return p.plan(len(sheet.Lines))
}

type planner struct {
	Bounds
	faults []LineFault
	rows   []proposed
	lineOf map[Code]int
	after  *Tree
}

func (p *planner) fault(line int, column, code string, args map[string]any) {
	p.faults = append(p.faults, fault(line, column, code, args))
}

// take reads one line. What cannot be read at all is not looked at further.
func (p *planner) take(sheet *Sheet, line Line) {
	var faults []LineFault
	note := func(f *LineFault) {
		if f != nil {
			faults = append(faults, *f)
		}
	}
	code, f := CodeCell(line, "code")
	note(f)
	note(PlainCell(line, "name", 60))
	d := Division{Code: code, Name: line.Cell("name")}
	d.ValidFrom, f = DateCell(line, "valid_from")
	note(f)
	d.ValidTo, f = DateCell(line, "valid_to")
	note(f)
	if line.Cell("merged_into") != "" {
		d.MergedInto, f = CodeCell(line, "merged_into")
		note(f)
	}
	p.faults = append(p.faults, faults...)
	if code == "" {
		return
	}
	if first, twice := p.lineOf[code]; twice {
		p.fault(line.Number, "code", "code_twice", map[string]any{"first": first})
		return
	}
	p.lineOf[code] = line.Number
	before := p.Tree.places[code]
	d.ValidFrom = cmp.Or(d.ValidFrom, before.ValidFrom, Founding)
	if !sheet.Has("valid_to") {
		d.ValidTo = before.ValidTo
	}
	if !sheet.Has("merged_into") {
		d.MergedInto = before.MergedInto
	}
	if d.Name == "" {
		d.Name = before.Name
	}
	p.rows = append(p.rows, proposed{line: line.Number, before: before, Division: d})
}

// checkPlace looks at one place in the tree that would come to be.
func (p *planner) checkPlace(r *proposed) {
	switch {
	case !r.Code.Proper():
		p.fault(r.line, "code", "bad_level", nil)
		return
	case p.Within != "" && !p.Within.Contains(r.Code):
		p.fault(r.line, "code", "not_yours", map[string]any{"within": string(p.Within)})
		return
	}
	if r.ValidTo != "" && r.ValidTo <= r.ValidFrom {
		p.fault(r.line, "valid_to", "ends_before_it_begins", nil)
		return
	}
	p.checkParent(r)
	p.checkMerger(r)
	p.checkEnd(r)
}

// checkParent sees that a place lies in one that is there as long as itself.
// Only a province or a city may stand alone.
func (p *planner) checkParent(r *proposed) {
	code := r.Code.Parent()
	if code == "" {
		return
	}
	parent, found := p.after.Get(code)
	switch {
	case !found && r.Code.Level() > LevelCity:
		p.fault(r.line, "code", "no_parent", map[string]any{"parent": string(code)})
	case found && parent.ValidTo != "" && (r.ValidTo == "" || r.ValidTo > parent.ValidTo) && parent.ValidTo == p.Tree.places[code].ValidTo:
		p.fault(r.line, "code", "parent_ended", map[string]any{"parent": parent.Name, "ended": string(parent.ValidTo)})
	case found && r.before.Code == "" && r.ValidFrom != Founding && r.ValidFrom < parent.ValidFrom:
		p.fault(r.line, "valid_from", "older_than_parent", map[string]any{"parent": parent.Name, "began": string(parent.ValidFrom)})
	}
}

// checkMerger sees that a merged place has somebody who answers for it.
func (p *planner) checkMerger(r *proposed) {
	if r.MergedInto == "" {
		return
	}
	into, found := p.after.Get(r.MergedInto)
	switch {
	case r.ValidTo == "":
		p.fault(r.line, "valid_to", "merged_without_end", nil)
	case r.MergedInto == r.Code:
		p.fault(r.line, "merged_into", "merged_into_itself", nil)
	case !found:
		p.fault(r.line, "merged_into", "merged_into_nothing", map[string]any{"into": string(r.MergedInto)})
	case p.Within != "" && !p.Within.Contains(r.MergedInto):
		p.fault(r.line, "merged_into", "not_yours", map[string]any{"within": string(p.Within)})
	case into.Code.Level() != r.Code.Level():
		p.fault(r.line, "merged_into", "merged_across_levels", nil)
	default:
		if p.circles(r.Code) {
			p.fault(r.line, "merged_into", "merged_in_a_circle", nil)
		} else if _, answered := p.after.Resolve(r.Code, max(r.ValidTo, p.Today)); !answered {
			p.fault(r.line, "merged_into", "merged_into_ended", map[string]any{"into": into.Name})
		}
	}
}

// circles reports whether mergers lead from a place back to itself.
func (p *planner) circles(from Code) bool {
	code := from
	for range p.after.Size() {
		if code = p.after.places[code].MergedInto; code == "" || code == from {
			return code == from
		}
	}
	return true // into a circle further on
}

// checkEnd sees that nothing vanishes with a place that ends.
func (p *planner) checkEnd(r *proposed) {
	if r.ValidTo == "" || r.ValidTo == r.before.ValidTo && r.MergedInto == r.before.MergedInto {
		return
	}
	if left := p.after.Children(r.Code, r.ValidTo); len(left) > 0 {
		p.fault(r.line, "valid_to", "children_left", map[string]any{"count": len(left), "first": fmt.Sprintf("%s %s", left[0].Code, left[0].Name)})
	}
	if b := p.Busy[r.Code]; r.MergedInto == "" && b.any() {
		p.fault(r.line, "valid_to", "still_busy", map[string]any{"tickets": b.Tickets, "posts": b.Posts})
	}
}

// plan counts what is left to do.
func (p *planner) plan(lines int) DivisionPlan {
	plan := DivisionPlan{Counts: Counts{Lines: lines, Faults: len(p.faults)}, Faults: p.faults, After: p.after}
	for _, r := range p.rows {
		c := Change{Line: r.line, Division: r.Division}
		was, is := r.before, r.Division
		switch {
		case was == is:
			plan.Counts.Same++
			continue
		case was.Code == "":
			c.Kind = ChangeNew
			plan.Counts.New++
		case is.MergedInto != "" && is.MergedInto != was.MergedInto:
			c.Kind = ChangeMerged
			plan.Counts.Merged++
		case is.ValidTo != "" && was.ValidTo == "":
			c.Kind = ChangeClosed
			plan.Counts.Closed++
		case is.ValidTo == "" && was.ValidTo != "":
			c.Kind = ChangeReopened
			plan.Counts.Reopened++
		default:
			c.Kind = ChangeName
			plan.Counts.Changed++
		}
		if was.Name != is.Name {
			c.Was = was.Name
		}
		plan.Changes = append(plan.Changes, c)
	}
	slices.SortStableFunc(plan.Changes, func(a, b Change) int { return cmp.Compare(a.Line, b.Line) })
	return plan
}

// divisionWords are the faults of files of places.
var divisionWords = map[string]words{
	"code_twice":            {"The code stands in line {first} already.", "Leave one of the two lines."},
	"bad_level":             {"A level above it is empty in the code: a village needs its township's digits, a township its county's.", "Correct the digits that are zero."},
	"not_yours":             {"It lies outside the area whose places you may change ({within}).", "Remove the line, or let somebody of that area import it."},
	"no_parent":             {"The place it lies in, {parent}, is neither in the file nor in the tree.", "Add a line for it, or correct the code."},
	"parent_ended":          {"The place it lies in, {parent}, has ended on {ended}.", "Give it the code under the successor, or end it as well."},
	"older_than_parent":     {"It begins before the place it lies in, {parent}, which begins on {began}.", "Correct one of the two days."},
	"ends_before_it_begins": {"Its last day is not after its first.", "Correct valid_from or valid_to."},
	"merged_without_end":    {"It was merged, and no day says since when.", "Write the first day on which it is no place any more into valid_to."},
	"merged_into_itself":    {"It cannot be merged into itself.", "Name the place that took it in."},
	"merged_into_nothing":   {"{into} is neither in the file nor in the tree.", "Correct the code, or add a line for the place that took it in."},
	"merged_across_levels":  {"The place that took it in is of another level.", "Merge a village into a village, a township into a township, a county into a county."},
	"merged_in_a_circle":    {"The mergers lead back to it.", "Let the chain end with a place that still is one."},
	"merged_into_ended":     {"{into} has ended itself, and nobody took it in.", "Name the place that answers for both today."},
	"children_left":         {"{count} places in it would be left without it, the first {first}.", "End or merge them in the same file."},
	"still_busy":            {"{tickets} open tickets and {posts} posts of it would vanish.", "Name its successor in merged_into, or close the tickets and move the people first."},
}
