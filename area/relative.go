package area

import "time"

// Relation is how somebody is related to whoever declares them.
type Relation string

// The relations. Self is the declarer's own identity number: nobody pays themself.
const (
	RelationSelf        Relation = "self"
	RelationSpouse      Relation = "spouse"
	RelationChild       Relation = "child"
	RelationParent      Relation = "parent"
	RelationSibling     Relation = "sibling"
	RelationGrandparent Relation = "grandparent"
	RelationGrandchild  Relation = "grandchild"
	RelationInLaw       Relation = "in_law"
	RelationOther       Relation = "other"
)

// Relations lists them all.
func Relations() []Relation {
	return []Relation{RelationSelf, RelationSpouse, RelationChild, RelationParent, RelationSibling, RelationGrandparent, RelationGrandchild, RelationInLaw, RelationOther}
}

// Relative is one person of a declaration (近亲属备案).
type Relative struct {
	Relation Relation
	Name     string
	Identity string // a checked number of 18 characters
	Phone    string // E.164; may be empty
}

// RelativeRow is a declaration as lists show it: masked, with its history.
type RelativeRow struct {
	ID         string     `json:"id"`
	Relation   Relation   `json:"relation" enum:"self,spouse,child,parent,sibling,grandparent,grandchild,in_law,other"`
	Name       string     `json:"name" doc:"Masked"`
	Identity   string     `json:"identity" doc:"Masked but for its last four characters"`
	Phone      string     `json:"phone,omitempty" doc:"Masked"`
	DeclaredAt time.Time  `json:"declared_at"`
	EndedAt    *time.Time `json:"ended_at,omitempty" doc:"Absent while it counts"`
	EndedBy    string     `json:"ended_by,omitempty" doc:"Name of who ended it, never the declarer"`
	EndReason  string     `json:"end_reason,omitempty"`
}
