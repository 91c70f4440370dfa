package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/integrity"
	"example.org/hotline/ticket"
)

// IntegrityRows are the integrity files of the people whom cases are about.
type IntegrityRows interface {
	integrity.Tx
	// IntegrityFiles are the files of a case's household; it leaves a record.
	IntegrityFiles(ctx context.Context, id ticket.ID) ([]integrity.File, error)
}

// fileReaders may look into the files: whoever may write into them, and the auditor.
var fileReaders = slices.Concat(integrity.Reporters(), []area.Role{area.RoleAuditor})

// integrityTable is the part of the table about promises kept and broken.
func integrityTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	return []*route{
		{method: get, path: "/tickets/{id}/integrity", who: fileReaders, summary: "The integrity files of the household; leaves a record", bind: each((*Server).integrityFiles)},
		{method: post, path: "/tickets/{id}/integrity-papers", who: integrity.Reporters(), summary: "Write down a commitment that a person gave, or a notice that they were given", bind: do((*Server).signIntegrity)},
		{method: post, path: "/tickets/{id}/integrity-entries", who: integrity.Reporters(), summary: "Report a promise kept or broken", bind: do((*Server).reportIntegrity)},
		{method: post, path: "/integrity-entries/{id}/evidence", who: integrity.Reporters(), summary: "Add evidence", bind: do((*Server).proveIntegrity)},
		{method: post, path: "/integrity-entries/{id}/notice", who: integrity.Reporters(), summary: "Say that the person was told; their days to answer begin", bind: do((*Server).notifyIntegrity)},
		{method: post, path: "/integrity-entries/{id}/answer", who: integrity.Reporters(), summary: "Write down what the person says", bind: do((*Server).answerIntegrity)},
		{method: post, path: "/integrity-entries/{id}/decision", who: integrity.Deciders(), summary: "Decide, as another than who reported it", bind: do((*Server).decideIntegrity)},
		{method: post, path: "/integrity-entries/{id}/repair", who: integrity.Deciders(), summary: "End it before its day, because it was made good", bind: do((*Server).repairIntegrity)},
		{method: post, path: "/integrity-entries/{id}/appeal", who: integrity.Reporters(), summary: "Write down that the person does not agree", bind: do((*Server).appealIntegrity)},
		{method: post, path: "/integrity-entries/{id}/judgement", who: integrity.Judges(), summary: "Decide on an appeal, as another than who reported or decided", bind: do((*Server).judgeIntegrity)},
	}
}

// IntegrityFiles are the files of a household and what they mean.
type IntegrityFiles struct {
	Items      []integrity.File      `json:"items"`
	Kept       []integrity.Behaviour `json:"kept" doc:"What may be reported as kept"`
	Broken     []integrity.Behaviour `json:"broken" doc:"What may be reported as broken"`
	Incentives []integrity.Behaviour `json:"incentives" doc:"What kept promises bring"`
	Sanctions  []integrity.Behaviour `json:"sanctions" doc:"What broken ones do; never to emergency aid or the children's share"`
	Form       string                `json:"form" doc:"Version of the forms in use"`
}

func (s *Server) integrityFiles(ctx context.Context, tx Tx, in *TicketRef) (IntegrityFiles, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return IntegrityFiles{}, err
	}
	files, err := tx.IntegrityFiles(ctx, id)
	for _, f := range files {
		for i := range f.Entries {
			e := &f.Entries[i]
			e.Behaviour, e.NextActs = s.deps.Rules.Integrity.Word(e.Kind, e.Behaviour.Code), e.Allows(tx.Actor(), tx.Now())
		}
	}
	rules := s.integrityRules(tx)
	return IntegrityFiles{files, rules.Kept, rules.Broken, rules.Incentives, rules.Sanctions, s.deps.Forms.Set.Version}, err
}

func (s *Server) integrityRules(tx Tx) *integrity.Rules {
	return s.deps.Rules.Integrity.On(ticket.DateOf(tx.Now()))
}

type signIntegrityInput struct {
	TicketRef
	Body struct {
		ID     string `json:"id,omitempty" format:"uuid"`
		Person string `json:"person" format:"uuid" doc:"Of the household"`
		Kind   string `json:"kind" enum:"commitment,notice"`
		Form   string `json:"form,omitempty" maxLength:"60" doc:"Version of the form; the one in use where it is absent"`
		Signed string `json:"signed" enum:"screen,paper,voice,refused"`
		Upload string `json:"upload,omitempty" format:"uuid" doc:"The signature or the photo of the signed paper; absent by voice, and where it was refused"`
		Reason string `json:"reason,omitempty" maxLength:"500" doc:"Why it was refused"`
	}
}

// IntegrityPaper is a commitment or a notice that was written down.
type IntegrityPaper struct {
	ID string `json:"id" format:"uuid"`
}

func (s *Server) signIntegrity(ctx context.Context, tx Tx, in *signIntegrityInput) (IntegrityPaper, error) {
	b := in.Body
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return IntegrityPaper{}, err
	}
	ref := newID(ctx, b.ID)
	return IntegrityPaper{ref}, integrity.Sign(ctx, tx, id, integrity.PaperInput{PublicID: ref, Person: b.Person, Kind: integrity.PaperKind(b.Kind),
		Form: cmp.Or(b.Form, s.deps.Forms.Set.Version), Signed: integrity.Signed(b.Signed), Upload: b.Upload, Reason: act.Private(b.Reason)})
}

// IntegrityEntry is where an entry stands after an act.
type IntegrityEntry struct {
	ID    string          `json:"id" format:"uuid"`
	State integrity.State `json:"state"`
}

func entryOf(e integrity.Entry, err error) (IntegrityEntry, error) {
	return IntegrityEntry{e.PublicID, e.State}, err
}

type reportIntegrityInput struct {
	TicketRef
	Body struct {
		ID        string `json:"id,omitempty" format:"uuid"`
		Person    string `json:"person" format:"uuid" doc:"Of the household"`
		Kind      string `json:"kind" enum:"kept,broken"`
		Behaviour string `json:"behaviour" minLength:"1" maxLength:"60"`
		Note      string `json:"note" minLength:"1" maxLength:"2000" doc:"What happened"`
	}
}

func (s *Server) reportIntegrity(ctx context.Context, tx Tx, in *reportIntegrityInput) (IntegrityEntry, error) {
	b := in.Body
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return IntegrityEntry{}, err
	}
	return entryOf(integrity.Report(ctx, tx, id, integrity.ReportInput{PublicID: newID(ctx, b.ID), Person: b.Person, Kind: integrity.Kind(b.Kind), Behaviour: b.Behaviour,
		Note: act.Private(b.Note)}, s.integrityRules(tx)))
}

// notedInput is an act on an entry that is explained.
type notedInput struct {
	ThingRef
	Body struct {
		Note string `json:"note" minLength:"1" maxLength:"2000"`
	}
}

type proveIntegrityInput struct {
	ThingRef
	Body struct {
		Note    string   `json:"note" minLength:"1" maxLength:"2000"`
		Uploads []string `json:"uploads" minItems:"1" maxItems:"20" doc:"Completed uploads of the ticket"`
	}
}

func (s *Server) proveIntegrity(ctx context.Context, tx Tx, in *proveIntegrityInput) (IntegrityEntry, error) {
	return entryOf(integrity.Prove(ctx, tx, in.ID, act.Private(in.Body.Note), in.Body.Uploads))
}

func (s *Server) notifyIntegrity(ctx context.Context, tx Tx, in *notedInput) (IntegrityEntry, error) {
	return entryOf(integrity.Notify(ctx, tx, in.ID, act.Private(in.Body.Note), s.deps.Rules.Integrity))
}

func (s *Server) answerIntegrity(ctx context.Context, tx Tx, in *notedInput) (IntegrityEntry, error) {
	return entryOf(integrity.Answer(ctx, tx, in.ID, act.Private(in.Body.Note)))
}

type decideIntegrityInput struct {
	ThingRef
	Body struct {
		Outcome string `json:"outcome" enum:"kept,none,light,serious" doc:"kept confirms a kept promise; the others weigh a broken one"`
		Note    string `json:"note" minLength:"1" maxLength:"2000" doc:"Why"`
	}
}

func (s *Server) decideIntegrity(ctx context.Context, tx Tx, in *decideIntegrityInput) (IntegrityEntry, error) {
	note, rules := act.Private(in.Body.Note), s.deps.Rules.Integrity
	if in.Body.Outcome == string(integrity.Kept) {
		return entryOf(integrity.Praise(ctx, tx, in.ID, note, rules))
	}
	return entryOf(integrity.Decide(ctx, tx, in.ID, integrity.Outcome(in.Body.Outcome), note, rules))
}

func (s *Server) repairIntegrity(ctx context.Context, tx Tx, in *notedInput) (IntegrityEntry, error) {
	return entryOf(integrity.Repair(ctx, tx, in.ID, act.Private(in.Body.Note), s.deps.Rules.Integrity))
}

func (s *Server) appealIntegrity(ctx context.Context, tx Tx, in *notedInput) (IntegrityEntry, error) {
	return entryOf(integrity.Appeal(ctx, tx, in.ID, act.Private(in.Body.Note), s.deps.Rules.Integrity))
}

type judgeIntegrityInput struct {
	ThingRef
	Body struct {
		Upheld bool   `json:"upheld" doc:"The entry stands"`
		Note   string `json:"note" minLength:"1" maxLength:"2000" doc:"Why"`
	}
}

func (s *Server) judgeIntegrity(ctx context.Context, tx Tx, in *judgeIntegrityInput) (IntegrityEntry, error) {
	return entryOf(integrity.Judge(ctx, tx, in.ID, in.Body.Upheld, act.Private(in.Body.Note)))
}
