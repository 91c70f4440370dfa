package people

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// Finder is how other rooms read the register: what a case is about, and who is who.
type Finder interface {
	// TicketHousehold is the household that a case is about; act.ErrNotFound where it is linked to none.
	TicketHousehold(ctx context.Context, id ticket.ID) (Household, error)
	// HouseholdForUpdate locks and loads a household with its members of now. It is locked after its ticket, before payouts.
	HouseholdForUpdate(ctx context.Context, id HouseholdID) (Household, error)
	// HouseholdByRef loads a household by its public id, in scope.
	HouseholdByRef(ctx context.Context, publicID string) (Household, error)
	// PersonByRef loads a person by their public id, in scope.
	PersonByRef(ctx context.Context, publicID string) (Person, error)
	// LimitIndex is what a payout on a case to a payee counts under: the index of the case's household, else of the
	// household that the payee is registered in, wherever that is, else the payee's own. It holds until the transaction ends.
	LimitIndex(ctx context.Context, id ticket.ID, payee []byte) ([]byte, error)
}

// Tx is what the commands of this package need of a transaction. Rows are locked in
// one order: ticket, households by id, persons by id, payouts, limits.
type Tx interface {
	ticket.Tx
	ledger.CarryTx
	Finder

	// IdentityIndex is the blind index of a normalised identity number.
	IdentityIndex(number string) []byte
	// HouseholdIndex is what a household that is registered anew counts under.
	HouseholdIndex(publicID string) []byte
	// LockPayee lets nobody start a payout to a person while what was paid to them is carried. It is asked for before households.
	LockPayee(ctx context.Context, payee []byte) error
	// CasePayees lists whom a case paid or decided to pay, by the blind index of their identity, ascending.
	CasePayees(ctx context.Context, t ticket.ID) ([][]byte, error)
	// LimitIndex is what a payout on a case to a payee counts under.
	LimitIndex(ctx context.Context, t ticket.ID, payee []byte) ([]byte, error)
	// AidsRunning lists the monthly aids that a household has applied for, has, or still gets for months to come.
	AidsRunning(ctx context.Context, h HouseholdID) ([]string, error)
	// Wherever runs fn with everything in sight. Who acts on what was judged before.
	Wherever(ctx context.Context, fn func() error) error
	// StaffPosts lists the own posts of the active staff who hold a role in exactly this area.
	StaffPosts(ctx context.Context, place area.Code, role area.Role) ([]area.PostID, error)

	// AddHousehold writes a household and sets its ID.
	AddHousehold(ctx context.Context, h *Household) error
	// AddPerson writes a person and sets their ID; act.ErrRefused (already_registered) where the number is somebody's.
	AddPerson(ctx context.Context, p *Person, of ticket.ID) error
	// AddMember writes that somebody belongs to a household; by an act of joining or parting, or zero.
	AddMember(ctx context.Context, h HouseholdID, m *Member, byAct int64) error
	// AddTier ends the current tier and writes the next.
	AddTier(ctx context.Context, h HouseholdID, t Tier) error

	// AddLink binds a case to a household; act.ErrConflict where it is bound already.
	AddLink(ctx context.Context, t ticket.ID, h HouseholdID, basis Basis) error
	// EndLink ends what a case is bound to.
	EndLink(ctx context.Context, t ticket.ID, reason string) error
	// LookedUp reports whether a household may be bound to a case: it was looked up for it by the actor, or is suggested for it.
	LookedUp(ctx context.Context, t ticket.ID, h HouseholdID) (bool, error)

	// PlanForUpdate locks the running plan of a household, where it has one.
	PlanForUpdate(ctx context.Context, h HouseholdID) (p Plan, has bool, err error)
	// AddPlan writes a plan and sets its ID and PublicID.
	AddPlan(ctx context.Context, p *Plan) error
	// SavePlan writes the row guarded by p.Version and raises it.
	SavePlan(ctx context.Context, p *Plan) error
	// EndPlan ends a plan.
	EndPlan(ctx context.Context, p Plan, why string) error
	// AddCheck writes what was seen.
	AddCheck(ctx context.Context, p Plan, c Check) error
	// LookCounts lets a look at a household count as the visit that its village's plan asks for in the periods that run; ref names the look.
	LookCounts(ctx context.Context, h HouseholdID, ref string) error

	// CaseSuggestions are the households that a case is perhaps about, wherever they live; those that were turned down for it are left out.
	CaseSuggestions(ctx context.Context, t ticket.ID) ([]Suggestion, error)
	// Namesakes are the other records that may be the same person, with what that rests on.
	Namesakes(ctx context.Context, p Person) ([]Match, error)
	// AddMatch writes a suggestion; one of the same two that is open gets the further grounds, one that was answered stays.
	AddMatch(ctx context.Context, m Match) error
}

var _ act.Tx = Tx(nil)
