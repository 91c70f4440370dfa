package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// keySpace is where ids are made for acts whose client sent none.
var keySpace = uuid.MustParse("6f1d7c0e-52a5-4b0e-9d3f-0a1c2b3d4e5f")

// newID is the public id of what an act makes: the client's own, or one that
// follows from its Idempotency-Key, so that a retry names the same thing even
// after the kept answer was forgotten.
func newID(ctx context.Context, id string) string {
	if id != "" {
		return id
	}
	req := requestOf(ctx)
	return uuid.NewSHA1(keySpace, []byte(req.staff.Login+"|"+req.path+"|"+string(req.key))).String()
}

// policy is the version of amounts and limits that is in force at the act's moment.
func (s *Server) policy(tx Tx) *relief.Policy { return s.deps.Rules.Relief.At(tx.Now()) }

// rules is what commands of relief judge by.
func (s *Server) rules(tx Tx) relief.Rules {
	return relief.Rules{Policy: *s.policy(tx), Calendar: s.deps.Rules.Calendar, Aids: s.deps.Rules.Aids}
}

type visitInput struct {
	TicketRef
	Body struct {
		ID        string    `json:"id,omitempty" format:"uuid"`
		Mode      string    `json:"mode" enum:"on_site,voice"`
		ArrivedAt time.Time `json:"arrived_at" doc:"By the device"`
		Place     string    `json:"place,omitempty" maxLength:"200"`
		Facts     string    `json:"facts" minLength:"1" maxLength:"4000"`
		Visitors  []string  `json:"visitors,omitempty" maxItems:"10" doc:"Names; empty: you alone"`
		Photos    []string  `json:"photos,omitempty" maxItems:"20" doc:"Completed uploads"`
	}
}

func (s *Server) recordVisit(ctx context.Context, tx Tx, in *visitInput) (Ticket, error) {
	b := in.Body
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := relief.RecordVisit(ctx, tx, id, relief.VisitInput{PublicID: newID(ctx, b.ID), Mode: relief.VisitMode(b.Mode), ArrivedAt: b.ArrivedAt,
			Place: b.Place, Facts: b.Facts, Visitors: b.Visitors, Photos: b.Photos})
		if err != nil {
			return err
		}
		outcome := ticket.OutcomeReached
		if relief.VisitMode(b.Mode) == relief.VisitOnSite {
			outcome = ticket.OutcomeVisited
		}
		return ticket.MeetByVisit(ctx, tx, id, outcome)
	})
}

type findingsInput struct {
	TicketRef
	Body struct {
		ID            string          `json:"id,omitempty" format:"uuid"`
		Cause         string          `json:"cause" enum:"accident,illness,fire,traffic,disaster,other"`
		HouseholdSize int             `json:"household_size" minimum:"1" maximum:"30"`
		Affected      int             `json:"affected" minimum:"1" maximum:"30"`
		Needs         []string        `json:"needs" minItems:"1" maxItems:"20"`
		Declared      relief.Declared `json:"declared,omitempty"`
		Applicant     string          `json:"applicant" minLength:"1" maxLength:"80"`
		IDType        string          `json:"id_type" enum:"resident_id,none"`
		IDNumber      string          `json:"id_number,omitempty" maxLength:"40" doc:"GB 11643, 18 characters"`
		IDReason      string          `json:"id_reason,omitempty" maxLength:"200" doc:"Why there is none"`
		Note          string          `json:"note,omitempty" maxLength:"4000"`
	}
}

func (s *Server) recordFindings(ctx context.Context, tx Tx, in *findingsInput) (Ticket, error) {
	b := in.Body
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := relief.RecordFindings(ctx, tx, id, relief.FindingsInput{PublicID: newID(ctx, b.ID), Cause: ticket.Cause(b.Cause),
			HouseholdSize: b.HouseholdSize, Affected: b.Affected, Needs: b.Needs, Declared: b.Declared, Applicant: b.Applicant, Note: b.Note,
			Identity: people.IdentityInput{Type: people.IdentityType(b.IDType), Number: b.IDNumber, Reason: b.IDReason}})
		return err
	})
}

// shortCheckBody is what the urgent path asks before a second person approves.
type shortCheckBody struct {
	IdentitySeen bool   `json:"identity_seen"`
	PhoneReached bool   `json:"phone_reached"`
	Witness      string `json:"witness" maxLength:"80"`
}

func (b *shortCheckBody) check() *relief.ShortCheck {
	if b == nil {
		return nil
	}
	return &relief.ShortCheck{IdentitySeen: b.IdentitySeen, PhoneReached: b.PhoneReached, Witness: relief.Private(b.Witness)}
}

type decideInput struct {
	TicketRef
	Body struct {
		ID            string          `json:"id,omitempty" format:"uuid"`
		AmountFen     int64           `json:"amount_fen" minimum:"1"`
		Reason        string          `json:"reason" minLength:"1" maxLength:"1000"`
		MissingPapers []string        `json:"missing_papers,omitempty" maxItems:"20" doc:"Codes of the policy's papers, to be handed in afterwards"`
		ShortCheck    *shortCheckBody `json:"short_check,omitempty"`
	}
}

func (s *Server) decide(ctx context.Context, tx Tx, in *decideInput) (Ticket, error) {
	b := in.Body
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		if err := s.mayAskFor(ctx, tx, id, "missing_papers", b.MissingPapers...); err != nil {
			return err
		}
		_, err := relief.Decide(ctx, tx, id, relief.DecideInput{PublicID: newID(ctx, b.ID), Fen: b.AmountFen, Reason: b.Reason,
			MissingPapers: b.MissingPapers, ShortCheck: b.ShortCheck.check()}, s.rules(tx))
		return err
	})
}

type refuseInput struct {
	TicketRef
	Body struct {
		ID     string `json:"id,omitempty" format:"uuid"`
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"The citizen gets it in writing"`
	}
}

func (s *Server) refuseAid(ctx context.Context, tx Tx, in *refuseInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := relief.Refuse(ctx, tx, id, newID(ctx, in.Body.ID), in.Body.Reason, *s.policy(tx))
		return err
	})
}

// ThingRef names a decision, a payout, a paper or an upload in a path.
type ThingRef struct {
	ID string `path:"id" minLength:"1" maxLength:"36" doc:"Public id"`
}

// onThing does something to a thing of a ticket and answers with the ticket's
// page. The ledger calls a ticket a case, hence C.
func onThing[I any, C ~int64](ctx context.Context, s *Server, tx Tx, ref string, find func(context.Context, string) (I, C, error), do func() error) (Ticket, error) {
	_, of, err := find(ctx, ref)
	if err != nil {
		return Ticket{}, err
	}
	if err := do(); err != nil {
		return Ticket{}, err
	}
	return s.ticketPage(ctx, tx, ticket.ID(of))
}

func (s *Server) onDecision(ctx context.Context, tx Tx, ref string, do func() error) (Ticket, error) {
	return onThing(ctx, s, tx, ref, tx.DecisionByRef, do)
}

type approvalInput struct {
	ThingRef
	Body struct {
		Approve bool   `json:"approve"`
		Reason  string `json:"reason,omitempty" maxLength:"1000" doc:"Required for a no"`
	}
}

func (s *Server) approveDecision(ctx context.Context, tx Tx, in *approvalInput) (Ticket, error) {
	return s.onDecision(ctx, tx, in.ID, func() (err error) {
		if in.Body.Approve {
			_, err = relief.Approve(ctx, tx, in.ID)
		} else {
			_, err = relief.Decline(ctx, tx, in.ID, in.Body.Reason)
		}
		return err
	})
}

type shortCheckInput struct {
	ThingRef
	Body shortCheckBody
}

func (s *Server) shortCheck(ctx context.Context, tx Tx, in *shortCheckInput) (Ticket, error) {
	return s.onDecision(ctx, tx, in.ID, func() error {
		_, err := relief.RecordShortCheck(ctx, tx, in.ID, *in.Body.check())
		return err
	})
}

type addPaperInput struct {
	TicketRef
	Body struct {
		Kind string `json:"kind" minLength:"1" maxLength:"40" doc:"Code of the policy's papers"`
	}
}

func (s *Server) addPaper(ctx context.Context, tx Tx, in *addPaperInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		if err := s.mayAskFor(ctx, tx, id, "kind", in.Body.Kind); err != nil {
			return err
		}
		_, err := relief.AddPaper(ctx, tx, id, in.Body.Kind, s.rules(tx))
		return err
	})
}

func (s *Server) onPaper(ctx context.Context, tx Tx, ref string, do func() error) (Ticket, error) {
	return onThing(ctx, s, tx, ref, tx.PaperByRef, do)
}

type receivePaperInput struct {
	ThingRef
	Body struct {
		Photos []string `json:"photos" minItems:"1" maxItems:"20" doc:"Completed uploads"`
	}
}

func (s *Server) receivePaper(ctx context.Context, tx Tx, in *receivePaperInput) (Ticket, error) {
	return s.onPaper(ctx, tx, in.ID, func() error {
		_, err := relief.ReceivePaper(ctx, tx, in.ID, in.Body.Photos)
		return err
	})
}

type plainInput struct {
	ThingRef
	Body *nothing
}

func (s *Server) verifyPaper(ctx context.Context, tx Tx, in *plainInput) (Ticket, error) {
	return s.onPaper(ctx, tx, in.ID, func() error {
		_, err := relief.VerifyPaper(ctx, tx, in.ID)
		return err
	})
}

type reasonInput struct {
	ThingRef
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000"`
	}
}

func (s *Server) returnPaper(ctx context.Context, tx Tx, in *reasonInput) (Ticket, error) {
	return s.onPaper(ctx, tx, in.ID, func() error {
		_, err := relief.ReturnPaper(ctx, tx, in.ID, in.Body.Reason)
		return err
	})
}

func (s *Server) waivePaper(ctx context.Context, tx Tx, in *reasonInput) (Ticket, error) {
	return s.onPaper(ctx, tx, in.ID, func() error {
		_, err := relief.WaivePaper(ctx, tx, in.ID, in.Body.Reason)
		return err
	})
}
