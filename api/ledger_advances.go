package api

import (
	"context"
	"net/http"

	"example.org/hotline/area"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// AdvanceRows is what routes about standing advances ask of the store.
type AdvanceRows interface {
	// Advances lists what people in scope carry; own: what the actor does.
	Advances(ctx context.Context, own bool) ([]ledger.AdvanceView, error)
	// AdvanceActs lists acts with standing advances, newest first: those that wait, or those that were answered; own: the actor's alone.
	AdvanceActs(ctx context.Context, waiting, own bool) ([]ledger.AdvanceActView, error)
	// ReversedCash lists payouts whose receipt was reversed and whose payer has not brought the cash back; own: the actor's.
	ReversedCash(ctx context.Context, own bool) ([]ledger.ReversedCashView, error)
	// AdvanceClaims lists what is still to be had from people who are gone; own: from the actor.
	AdvanceClaims(ctx context.Context, own bool) ([]ledger.AdvanceClaimView, error)
}

// carriers see standing advances: those who carry them their own, those who keep the books all in scope.
var carriers = []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance, area.RoleCityDuty, area.RoleCityHead, area.RoleAuditor}

// advanceTable is the part of the table about standing advances.
func advanceTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	answerers := []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance}
	return []*route{
		{method: get, path: "/ledger/advances", who: carriers, summary: "Standing advances: who carries what, what waits for a signature, what was done last", bind: read((*Server).listAdvances)},
		{method: post, path: "/ledger/advances", fresh: true, who: signers, committed: failpoint.AdvanceAfterCommit,
			summary: "Hand a worker a standing advance out of the float; it is theirs once they sign", bind: do((*Server).issueAdvance)},
		{method: post, path: "/ledger/advances/handovers", fresh: true, who: payers, committed: failpoint.AdvanceAfterCommit,
			summary: "Hand of your standing advance to a colleague, who signs", bind: do((*Server).handAdvanceOver)},
		{method: post, path: "/ledger/advances/returns", who: payers, committed: failpoint.AdvanceAfterCommit,
			summary: "Bring of your standing advance back into the float; who keeps it signs", bind: do((*Server).returnAdvance)},
		{method: post, path: "/disbursements/{id}/give-back", who: payers, committed: failpoint.AdvanceAfterCommit,
			summary: "Bring the cash of a receipt that was reversed back into the float it came from; who keeps it signs", bind: do((*Server).giveBackCash)},
		{method: post, path: "/ledger/advances/counts", who: payers, committed: failpoint.AdvanceAfterCommit,
			summary: "Say what you have counted of your standing advance; a second person signs", bind: do((*Server).countAdvance)},
		{method: post, path: "/ledger/advances/settlements", fresh: true, who: signers, committed: failpoint.AdvanceAfterCommit,
			summary: "Settle what somebody who is gone carries: say what was handed back in their name; county finance signs, and what is missing is claimed from them", bind: do((*Server).settleAdvance)},
		{method: post, path: "/ledger/advances/repayments", fresh: true, who: signers, committed: failpoint.AdvanceAfterCommit,
			summary: "Say what came into the float of a claim on somebody who is gone; county finance signs", bind: do((*Server).repayAdvance)},
		{method: post, path: "/ledger/advances/{id}/signature", fresh: true, who: answerers, committed: failpoint.AdvanceAfterCommit,
			summary: "Sign, as the second person: the money moves, or the count is booked", bind: do(answering[AdvanceList]((*Server).answerAdvance).sign())},
		{method: post, path: "/ledger/advances/{id}/refusal", who: answerers, committed: failpoint.AdvanceAfterCommit,
			summary: "Say that you do not sign, and why; the money stays where it is", bind: do(answering[AdvanceList]((*Server).answerAdvance).decline())},
		{method: post, path: "/ledger/advances/{id}/withdrawal", who: payers, committed: failpoint.AdvanceAfterCommit,
			summary: "Take back what you have offered and nobody has signed", bind: do(answering[AdvanceList]((*Server).answerAdvance).withdraw())},
	}
}

// AdvanceList is what there is of standing advances. A worker sees their own.
type AdvanceList struct {
	MostFen int64                     `json:"most_fen" doc:"Most that a worker carries; 0: nobody does"`
	Carried []ledger.AdvanceView      `json:"carried"`
	Claims  []ledger.AdvanceClaimView `json:"claims" doc:"What is still to be had from people who are gone"`
	Waiting []ledger.AdvanceActView   `json:"waiting" doc:"Newest first, at most 100"`

	Reversed []ledger.ReversedCashView `json:"reversed" doc:"Cash of receipts that were reversed, which its payers have not brought back"`
	Done     []ledger.AdvanceActView   `json:"done" doc:"Newest first, at most 100"`
}

func (s *Server) listAdvances(ctx context.Context, tx Tx, _ *struct{}) (AdvanceList, error) {
	list := AdvanceList{MostFen: s.policy(tx).Limits.AdvanceFen}
	own := tx.Actor().Role == area.RoleWorker
	var err error
	if list.Carried, err = tx.Advances(ctx, own); err != nil {
		return AdvanceList{}, err
	}
	if list.Claims, err = tx.AdvanceClaims(ctx, own); err != nil {
		return AdvanceList{}, err
	}
	if list.Waiting, err = tx.AdvanceActs(ctx, true, own); err != nil {
		return AdvanceList{}, err
	}
	if list.Reversed, err = tx.ReversedCash(ctx, own); err != nil {
		return AdvanceList{}, err
	}
	list.Done, err = tx.AdvanceActs(ctx, false, own)
	return list, err
}

// advanceOf is an act of the actor with the advance that came out of a township's float.
func (s *Server) advanceOf(ctx context.Context, tx Tx, kind ledger.AdvanceKind, id, township, to, note string, fen int64) (AdvanceList, error) {
	return s.offerAdvance(ctx, tx, relief.AdvanceInput{PublicID: id, Kind: kind, Area: area.Code(township), To: to, Fen: fen, Note: note})
}

func (s *Server) offerAdvance(ctx context.Context, tx Tx, in relief.AdvanceInput) (AdvanceList, error) {
	if err := ticket.PlainText("note", in.Note); err != nil {
		return AdvanceList{}, err
	}
	in.PublicID = newID(ctx, in.PublicID)
	if in.Area == "" {
		in.Area = tx.Actor().Area.At(area.LevelTownship)
	}
	if _, err := relief.OfferAdvance(ctx, tx, in, s.policy(tx)); err != nil {
		return AdvanceList{}, err
	}
	return s.listAdvances(ctx, tx, nil)
}

type givenAdvanceInput struct {
	Body struct {
		ID        string `json:"id,omitempty" format:"uuid" doc:"Made by you before you send, kept for the retry"`
		Area      string `json:"area,omitempty" pattern:"^[0-9]{12}$" doc:"The township whose float it comes from; default: your own"`
		To        string `json:"to" minLength:"1" maxLength:"40" doc:"Login of who takes it"`
		AmountFen int64  `json:"amount_fen" minimum:"1"`
		Note      string `json:"note,omitempty" maxLength:"1000"`
	}
}

func (s *Server) issueAdvance(ctx context.Context, tx Tx, in *givenAdvanceInput) (AdvanceList, error) {
	b := in.Body
	return s.advanceOf(ctx, tx, ledger.AdvanceIssue, b.ID, b.Area, b.To, b.Note, b.AmountFen)
}

func (s *Server) handAdvanceOver(ctx context.Context, tx Tx, in *givenAdvanceInput) (AdvanceList, error) {
	b := in.Body
	return s.advanceOf(ctx, tx, ledger.AdvanceHandOver, b.ID, b.Area, b.To, b.Note, b.AmountFen)
}

type returnedAdvanceInput struct {
	Body struct {
		ID        string `json:"id,omitempty" format:"uuid"`
		Area      string `json:"area,omitempty" pattern:"^[0-9]{12}$" doc:"The township whose float it came from; default: your own"`
		AmountFen int64  `json:"amount_fen" minimum:"1"`
		Note      string `json:"note,omitempty" maxLength:"1000"`
	}
}

func (s *Server) returnAdvance(ctx context.Context, tx Tx, in *returnedAdvanceInput) (AdvanceList, error) {
	b := in.Body
	return s.advanceOf(ctx, tx, ledger.AdvanceReturn, b.ID, b.Area, "", b.Note, b.AmountFen)
}

type givenBackInput struct {
	ThingRef
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid" doc:"Of the give-back, made by you before you send"`
		Receipt string `json:"receipt" minLength:"1" maxLength:"60" doc:"Number of the receipt that the float's keeper writes"`
		Note    string `json:"note,omitempty" maxLength:"1000"`
	}
}

func (s *Server) giveBackCash(ctx context.Context, tx Tx, in *givenBackInput) (AdvanceList, error) {
	b := in.Body
	for field, text := range map[string]string{"receipt": b.Receipt, "note": b.Note} {
		if err := ticket.PlainText(field, text); err != nil {
			return AdvanceList{}, err
		}
	}
	_, err := relief.OfferAdvance(ctx, tx, relief.AdvanceInput{PublicID: newID(ctx, b.ID), Kind: ledger.AdvanceGiveBack, Payout: in.ID, Receipt: b.Receipt, Note: b.Note}, s.policy(tx))
	if err != nil {
		return AdvanceList{}, err
	}
	return s.listAdvances(ctx, tx, nil)
}

type countedAdvanceInput struct {
	Body struct {
		ID         string `json:"id,omitempty" format:"uuid"`
		Area       string `json:"area,omitempty" pattern:"^[0-9]{12}$" doc:"The township whose float it came from; default: your own"`
		CountedFen int64  `json:"counted_fen" minimum:"0"`
		Note       string `json:"note,omitempty" maxLength:"1000" doc:"What you know of a difference; required where there is one"`
	}
}

func (s *Server) countAdvance(ctx context.Context, tx Tx, in *countedAdvanceInput) (AdvanceList, error) {
	b := in.Body
	return s.advanceOf(ctx, tx, ledger.AdvanceCount, b.ID, b.Area, "", b.Note, b.CountedFen)
}

type settledAdvanceInput struct {
	Body struct {
		ID          string `json:"id,omitempty" format:"uuid"`
		Area        string `json:"area,omitempty" pattern:"^[0-9]{12}$" doc:"The township whose float it came from; default: your own"`
		Holder      string `json:"holder" minLength:"1" maxLength:"40" doc:"Login of who is gone"`
		ReturnedFen int64  `json:"returned_fen" minimum:"0" doc:"What was handed back: of the standing advance and of the cash of single payouts"`
		Note        string `json:"note" minLength:"1" maxLength:"1000" doc:"Why it is done in their name, and who handed the money over"`
	}
}

func (s *Server) settleAdvance(ctx context.Context, tx Tx, in *settledAdvanceInput) (AdvanceList, error) {
	b := in.Body
	return s.offerAdvance(ctx, tx, relief.AdvanceInput{PublicID: b.ID, Kind: ledger.AdvanceSettle, Area: area.Code(b.Area), Holder: b.Holder, Fen: b.ReturnedFen, Note: b.Note})
}

type repaidAdvanceInput struct {
	Body struct {
		ID        string `json:"id,omitempty" format:"uuid"`
		Area      string `json:"area,omitempty" pattern:"^[0-9]{12}$" doc:"Whose float the claim is of; default: your township's"`
		Holder    string `json:"holder" minLength:"1" maxLength:"40" doc:"Login of who is gone"`
		AmountFen int64  `json:"amount_fen" minimum:"1"`
		Note      string `json:"note" minLength:"1" maxLength:"1000" doc:"Who has paid, and against which receipt"`
	}
}

func (s *Server) repayAdvance(ctx context.Context, tx Tx, in *repaidAdvanceInput) (AdvanceList, error) {
	b := in.Body
	return s.offerAdvance(ctx, tx, relief.AdvanceInput{PublicID: b.ID, Kind: ledger.AdvanceRepay, Area: area.Code(b.Area), Holder: b.Holder, Fen: b.AmountFen, Note: b.Note})
}

func (s *Server) answerAdvance(ctx context.Context, tx Tx, id string, o ledger.AdvanceOutcome, note string) (AdvanceList, error) {
	if _, err := relief.AnswerAdvance(ctx, tx, id, o, note); err != nil {
		return AdvanceList{}, err
	}
	return s.listAdvances(ctx, tx, nil)
}
