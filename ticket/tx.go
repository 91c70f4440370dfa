package ticket

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Tx is what the commands of this package need of a transaction. A command
// never begins one, so commands of several rooms compose into one commit.
type Tx interface {
	act.Tx

	// TicketForUpdate locks and loads a ticket with its clocks. act.ErrNotFound where it is outside the actor's scope.
	TicketForUpdate(ctx context.Context, id ID) (Ticket, error)
	// TicketByRef resolves a public id or a ticket number to the internal id, in scope.
	TicketByRef(ctx context.Context, ref string) (ID, error)
	// SaveTicket writes the row guarded by t.Version, and the clocks, and raises t.Version. act.ErrConflict where it moved.
	SaveTicket(ctx context.Context, t *Ticket) error
	// AddEntry appends to the timeline of a ticket.
	AddEntry(ctx context.Context, t *Ticket, e Entry) error
	// Notify queues a notice for the notifier. The same key twice is a no-op.
	Notify(ctx context.Context, n Notice) error

	// Hasten brings the pending timers of one kind forward to now; those that are due already stay as they are.
	Hasten(ctx context.Context, s act.Subject, kind string) error

	// OpenOffers lists the offers of a ticket that can still be accepted.
	OpenOffers(ctx context.Context, id ID) ([]Offer, error)
	// AddOffer writes an offer; the same (ticket, loop, step, post) twice is a no-op.
	AddOffer(ctx context.Context, o Offer) error
	// CloseOffers ends the open offers of a ticket: the winner's as accepted, the rest as taken.
	CloseOffers(ctx context.Context, id ID, winner area.PostID) error
	// DeclineOffer ends the open offers of a ticket to one post, whose people cannot come.
	DeclineOffer(ctx context.Context, id ID, post area.PostID) error

	// Post loads a post; act.ErrNotFound where there is none.
	Post(ctx context.Context, id area.PostID) (area.Post, error)
	// Desk is the shared desk of an area for a role; act.ErrNotFound where the area has none.
	Desk(ctx context.Context, a area.Code, role area.Role) (area.Post, error)
	// Conflicted tells which of some people have whom the ticket is about, as far as that is known, in the register of their relatives.
	Conflicted(ctx context.Context, id ID, people []area.StaffID) (map[area.StaffID]bool, error)
	// Division loads one node of the tree as it stands now; act.ErrNotFound for an unknown code.
	Division(ctx context.Context, c area.Code) (area.Division, error)
	// Call loads the call a ticket was born from.
	Call(ctx context.Context, id CallID) (Call, error)
}

// Entry is one line of a timeline: a message key and its data, so that it
// reads well in any language. It holds masked forms only.
type Entry struct {
	Kind string // "call.received", "ticket.offered", "disbursement.receipted", …
	At   time.Time
	Data map[string]any
}

// Offer is the question to one post whether it takes the ticket. It stays
// acceptable until somebody has accepted.
type Offer struct {
	Ticket    ID
	Loop      int
	Step      int
	Post      area.PostID
	Role      area.Role
	OfferedAt time.Time
	Why       map[string]any // why this post: shift, position, who was skipped and for what reason
}

// Notice is one message to one person, on whatever channels that person has.
type Notice struct {
	Key      string      // what makes it one and the same notice: "ticket:12:offer:0:3:staff:7"
	Ticket   ID          // zero where it is about no ticket
	Post     area.PostID // to the holder of a person's post, or whoever is on duty at a desk; or
	Citizen  bool        // to the number the ticket's call came from; or
	Alarm    bool        // to the fixed alarm number, where the city has one
	Template string      // key in configs/templates
	Fields   map[string]string
	Callback area.StaffID // whose number fills {phone} when it is sent, so that it is stored nowhere else; zero for nobody
	Epoch    int64        // with Voidable: unsent once the ticket's epoch has passed this
	Voidable bool
	Urgent   bool // ignores quiet hours and throttles

	Only   string // one channel alone: the answer to a reply, a test; empty: as the reader's ladder says
	Method int64  // one of the reader's contact methods alone
}
