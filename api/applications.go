package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

// ApplicationRows are applications for aid with what hangs on them.
type ApplicationRows interface {
	application.Tx
	// ApplicationViews are the applications of a case as their page shows them, the newest first.
	ApplicationViews(ctx context.Context, id ticket.ID, rules application.Rules) ([]application.View, error)
	// ApplicationView is one of them; act.ErrNotFound outside the scope.
	ApplicationView(ctx context.Context, publicID string, rules application.Rules) (application.View, error)
	// ApplicationRows lists applications of the actor's area.
	ApplicationRows(ctx context.Context, f application.Filter) ([]application.Row, error)
	// PublicNoticePage is what anybody may read of a notice that hangs, with its village's name.
	PublicNoticePage(ctx context.Context, publicID string) (n application.PublicNotice, village string, err error)
}

// confirmers answer for an aid of some level.
var confirmers = []area.Role{area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCityHead}

// applicationTable is the part of the table about applications for basic aid.
func applicationTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	return []*route{
		{method: get, path: "/tickets/{id}/applications", who: readers, background: true, summary: "The applications of a case, the newest first", bind: read((*Server).listApplications)},
		{method: get, path: "/applications", who: readers, background: true, summary: "Applications of your area: the undecided by their clock, the others the newest first", bind: read((*Server).applicationRows)},
		{method: get, path: "/applications/{id}", who: readers, background: true, summary: "An application with all that hangs on it", bind: read((*Server).getApplication)},
		{method: post, path: "/tickets/{id}/applications", who: owners, act: "apply", when: mayApply, summary: "Begin an application of the case's household", bind: do((*Server).openApplication)},
		{method: post, path: "/applications/{id}/declarations", who: owners, summary: "Write down what the household declares", bind: do((*Server).declare)},
		{method: post, path: "/applications/{id}/submission", who: owners, summary: "Hand an application in", bind: onApplication(application.Submit)},
		{method: post, path: "/applications/{id}/papers", who: owners, summary: "Tell the applicant, once, every paper that is missing", bind: do((*Server).askPapers)},
		{method: post, path: "/applications/{id}/supply", who: owners, summary: "Note that the papers have come", bind: do((*Server).supplyPapers)},
		{method: post, path: "/applications/{id}/acceptance", who: owners, summary: "Take an application in; its working days begin", bind: do((*Server).acceptApplication)},
		{method: post, path: "/applications/{id}/checks", who: owners, summary: "Note that what the data sources say was looked at: it rests on the newest check, and no source is silent that was not let go", bind: do((*Server).checkedApplication)},
		{method: get, path: "/applications/{id}/checking", who: checkers, summary: "What of the data check is open: silent sources and what differs; each look leaves a record", bind: read((*Server).lookAtChecking)},
		{method: post, path: "/applications/{id}/waivers", who: application.Waiving(), summary: "Let data sources go that have not spoken, as the head", bind: do((*Server).waiveSources)},
		{method: post, path: "/applications/{id}/explanations", who: owners, summary: "Write down how the household explains what differs", bind: do((*Server).explainFlag)},
		{method: post, path: "/applications/{id}/home-visits", who: owners, summary: "Write down a visit of two people in the home", bind: do((*Server).homeVisit)},
		{method: post, path: "/applications/{id}/statements", who: owners, summary: "Write down what a neighbour or the committee says", bind: do((*Server).statementOf)},
		{method: post, path: "/applications/{id}/dispute", who: owners, summary: "Ask the village's committee about what is disputed", bind: withReason(application.Dispute)},
		{method: post, path: "/applications/{id}/hearings", who: owners, summary: "Write a hearing down: of the committee, or of the person before a cut", bind: do((*Server).hear)},
		{method: post, path: "/applications/{id}/assessments", who: owners, summary: "Compute what the rules say of what was declared last", bind: do((*Server).assess)},
		{method: post, path: "/applications/{id}/rulings", who: owners, summary: "Propose what to decide; another person confirms it", bind: do((*Server).propose)},
		{method: post, path: "/applications/{id}/notices", who: owners, summary: "Put up the public notice of what is proposed", bind: do((*Server).postNotice)},
		{method: post, path: "/applications/{id}/pauses", who: owners, summary: "Let its working days rest", bind: do((*Server).pauseApplication)},
		{method: post, path: "/applications/{id}/resumption", who: owners, summary: "Let them go on", bind: do((*Server).resumeApplication)},
		{method: post, path: "/applications/{id}/withdrawal", who: owners, summary: "End it because the applicant says so", bind: withReason(application.Withdraw)},
		{method: post, path: "/rulings/{id}/approval", fresh: true, who: confirmers, summary: "Confirm or decline as the second person", bind: do((*Server).answerRuling)},
		{method: post, path: "/rulings/{id}/letter", who: owners, summary: "Note that the person has it in writing", bind: do((*Server).deliverLetter)},
		{method: post, path: "/rulings/{id}/appeals", who: owners, summary: "Note that somebody appeals against it", bind: do((*Server).appeal)},
		{method: post, path: "/appeals/{id}/outcome", who: owners, summary: "Write down how an appeal ended", bind: do((*Server).endAppeal)},
		{method: post, path: "/public-notices/{id}/objections", who: owners, summary: "Take an objection to a notice that hangs", bind: do((*Server).takeObjection)},
		{method: post, path: "/objections/{id}/answer", who: owners, summary: "Write down what was found of an objection", bind: do((*Server).answerObjection)},
	}
}

// mayApply tells whether an application could be begun: its household is asked for then.
func mayApply(t Ticket, me act.Actor) bool { return ownsOpen(t, me) }

// aidRules is what applications are judged by.
func (s *Server) aidRules() application.Rules {
	return application.Rules{Versions: s.deps.Rules.Aids, Calendar: s.deps.Rules.Calendar, Relief: s.deps.Rules.Relief, Sources: s.deps.Rules.Sources}
}

// ApplicationList are the applications of a case.
type ApplicationList struct {
	Items []application.View `json:"items"`
}

func (s *Server) listApplications(ctx context.Context, tx Tx, in *TicketRef) (ApplicationList, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return ApplicationList{}, err
	}
	views, err := tx.ApplicationViews(ctx, id, s.aidRules())
	return ApplicationList{Items: views}, err
}

type listRowsInput struct {
	View  string `query:"view" enum:"undecided,waiting,running,over,all" default:"undecided" doc:"waiting: a ruling waits for your word"`
	State string `query:"state" enum:",draft,submitted,supplement,accepted,investigating,hearing,reviewed,notice,objection,confirmed,paying,adjusted,suspended,exited,refused,withdrawn"`
	Area  string `query:"area" pattern:"^([0-9]{12})?$" doc:"Where the household lives, at or below this place; yours where it is empty"`
	Skip  int    `query:"skip" minimum:"0" maximum:"100000"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// ApplicationRowList are applications of an area.
type ApplicationRowList struct {
	Items []application.Row `json:"items"`
}

func (s *Server) applicationRows(ctx context.Context, tx Tx, in *listRowsInput) (ApplicationRowList, error) {
	f := application.Filter{View: in.View, State: application.State(in.State), Under: area.Code(cmp.Or(in.Area, string(tx.Actor().Area))), Skip: in.Skip, Limit: in.Limit}
	rows, err := tx.ApplicationRows(ctx, f)
	return ApplicationRowList{Items: rows}, err
}

func (s *Server) getApplication(ctx context.Context, tx Tx, in *ThingRef) (application.View, error) {
	return tx.ApplicationView(ctx, in.ID, s.aidRules())
}

// shown answers with the page of what an act has changed.
func (s *Server) shown(ctx context.Context, tx Tx, a application.Application, err error) (application.View, error) {
	if err != nil {
		return application.View{}, err
	}
	return tx.ApplicationView(ctx, a.PublicID, s.aidRules())
}

// onApplication binds an act that needs no words.
func onApplication(move func(ctx context.Context, tx application.Tx, publicID string) (application.Application, error)) binder {
	return do(func(s *Server, ctx context.Context, tx Tx, in *plainInput) (application.View, error) {
		a, err := move(ctx, tx, in.ID)
		return s.shown(ctx, tx, a, err)
	})
}

// withReason binds an act that needs a reason and nothing else.
func withReason(move func(ctx context.Context, tx application.Tx, publicID, reason string) (application.Application, error)) binder {
	return do(func(s *Server, ctx context.Context, tx Tx, in *reasonInput) (application.View, error) {
		a, err := move(ctx, tx, in.ID, in.Body.Reason)
		return s.shown(ctx, tx, a, err)
	})
}

type openApplicationInput struct {
	TicketRef
	Body struct {
		ID     string `json:"id,omitempty" format:"uuid"`
		Aid    string `json:"aid" minLength:"1" maxLength:"40" doc:"A monthly aid of the catalogue"`
		Person string `json:"person" format:"uuid" doc:"Who applies and is paid: a member of the case's household"`
	}
}

func (s *Server) openApplication(ctx context.Context, tx Tx, in *openApplicationInput) (application.View, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return application.View{}, err
	}
	a, err := application.Open(ctx, tx, id, application.OpenInput{PublicID: newID(ctx, in.Body.ID), Aid: in.Body.Aid, Person: in.Body.Person}, s.aidRules())
	return s.shown(ctx, tx, a, err)
}

type declareInput struct {
	ThingRef
	Body struct {
		ID string `json:"id,omitempty" format:"uuid"`
		application.Declared
	}
}

func (s *Server) declare(ctx context.Context, tx Tx, in *declareInput) (application.View, error) {
	_, err := application.Declare(ctx, tx, in.ID, newID(ctx, in.Body.ID), in.Body.Declared, s.aidRules())
	return s.shown(ctx, tx, application.Application{PublicID: in.ID}, err)
}

type askPapersInput struct {
	ThingRef
	Body struct {
		Papers []string `json:"papers" minItems:"1" maxItems:"20" doc:"Codes of the rules' papers: all that are missing, for it is asked once"`
	}
}

func (s *Server) askPapers(ctx context.Context, tx Tx, in *askPapersInput) (application.View, error) {
	a, err := application.AskPapers(ctx, tx, in.ID, in.Body.Papers, s.aidRules())
	return s.shown(ctx, tx, a, err)
}

type supplyInput struct {
	ThingRef
	Body struct {
		Note string `json:"note,omitempty" maxLength:"500"`
	}
}

func (s *Server) supplyPapers(ctx context.Context, tx Tx, in *supplyInput) (application.View, error) {
	a, err := application.Supply(ctx, tx, in.ID, in.Body.Note)
	return s.shown(ctx, tx, a, err)
}

func (s *Server) acceptApplication(ctx context.Context, tx Tx, in *plainInput) (application.View, error) {
	a, err := application.Accept(ctx, tx, in.ID, s.aidRules())
	return s.shown(ctx, tx, a, err)
}

type homeVisitInput struct {
	ThingRef
	Body struct {
		ID            string    `json:"id,omitempty" format:"uuid"`
		ArrivedAt     time.Time `json:"arrived_at" doc:"By the device"`
		LeftAt        time.Time `json:"left_at"`
		Place         string    `json:"place,omitempty" maxLength:"200"`
		GPS           string    `json:"gps,omitempty" pattern:"^-?[0-9]{1,2}\\.[0-9]{1,6},-?[0-9]{1,3}\\.[0-9]{1,6}$" doc:"Latitude,longitude"`
		Facts         string    `json:"facts" minLength:"1" maxLength:"4000"`
		Visitors      []string  `json:"visitors" minItems:"1" maxItems:"10" doc:"Names of all who went, you among them; two at least"`
		Photos        []string  `json:"photos" minItems:"1" maxItems:"20" doc:"Completed uploads"`
		Signature     string    `json:"signature" enum:"signed,refused,unable"`
		SignatureNote string    `json:"signature_note,omitempty" maxLength:"500" doc:"Why nobody signed, and who stood by"`
		SignedImage   string    `json:"signed_image,omitempty" doc:"Upload of the signed page"`
	}
}

func (s *Server) homeVisit(ctx context.Context, tx Tx, in *homeVisitInput) (application.View, error) {
	b := in.Body
	a, err := application.RecordHomeVisit(ctx, tx, in.ID, application.HomeVisitInput{LeftAt: b.LeftAt, GPS: b.GPS, Signature: application.Signature(b.Signature), Note: b.SignatureNote,
		SignedImage: b.SignedImage, VisitInput: relief.VisitInput{PublicID: newID(ctx, b.ID), Mode: relief.VisitOnSite, ArrivedAt: b.ArrivedAt, Place: b.Place, Facts: b.Facts,
			Visitors: b.Visitors, Photos: b.Photos}}, s.aidRules())
	return s.shown(ctx, tx, a, err)
}

type statementOfInput struct {
	ThingRef
	Body struct {
		ID     string    `json:"id,omitempty" format:"uuid"`
		Role   string    `json:"role" enum:"neighbour,committee,employer,school,other"`
		Name   string    `json:"name" minLength:"1" maxLength:"80"`
		Text   string    `json:"text" minLength:"1" maxLength:"4000"`
		SaidAt time.Time `json:"said_at" doc:"By the device"`
		Photos []string  `json:"photos,omitempty" maxItems:"20" doc:"Completed uploads"`
	}
}

func (s *Server) statementOf(ctx context.Context, tx Tx, in *statementOfInput) (application.View, error) {
	b := in.Body
	a, err := application.RecordStatement(ctx, tx, in.ID, application.StatementInput{PublicID: newID(ctx, b.ID), Role: application.StatementRole(b.Role), Name: b.Name, Text: b.Text,
		SaidAt: b.SaidAt, Photos: b.Photos})
	return s.shown(ctx, tx, a, err)
}

type hearInput struct {
	ThingRef
	Body struct {
		ID         string    `json:"id,omitempty" format:"uuid"`
		Kind       string    `json:"kind" enum:"committee,before_cut"`
		HeldAt     time.Time `json:"held_at"`
		Present    int       `json:"present" minimum:"1" maximum:"200"`
		InFavour   int       `json:"in_favour,omitempty" minimum:"0" maximum:"200" doc:"Of a committee"`
		Attendance string    `json:"attendance" enum:"heard,in_writing,did_not_come"`
		Said       string    `json:"said" minLength:"1" maxLength:"4000"`
		Photos     []string  `json:"photos,omitempty" maxItems:"20" doc:"Completed uploads"`
	}
}

func (s *Server) hear(ctx context.Context, tx Tx, in *hearInput) (application.View, error) {
	b := in.Body
	a, err := application.Hear(ctx, tx, in.ID, application.HearingInput{PublicID: newID(ctx, b.ID), Kind: application.HearingKind(b.Kind), HeldAt: b.HeldAt, Present: b.Present,
		InFavour: b.InFavour, Attendance: application.Attendance(b.Attendance), Said: b.Said, Photos: b.Photos})
	return s.shown(ctx, tx, a, err)
}

type assessInput struct {
	ThingRef
	Body struct {
		ID string `json:"id,omitempty" format:"uuid"`
	}
}

func (s *Server) assess(ctx context.Context, tx Tx, in *assessInput) (application.View, error) {
	_, err := application.Assess(ctx, tx, in.ID, newID(ctx, in.Body.ID), s.aidRules())
	return s.shown(ctx, tx, application.Application{PublicID: in.ID}, err)
}

type pauseApplicationInput struct {
	ThingRef
	Body struct {
		Why    string `json:"why" enum:"away,illness,source,elsewhere,disaster"`
		Reason string `json:"reason" minLength:"1" maxLength:"1000"`
	}
}

func (s *Server) pauseApplication(ctx context.Context, tx Tx, in *pauseApplicationInput) (application.View, error) {
	a, err := application.Halt(ctx, tx, in.ID, application.Pause(in.Body.Why), in.Body.Reason)
	return s.shown(ctx, tx, a, err)
}

func (s *Server) resumeApplication(ctx context.Context, tx Tx, in *plainInput) (application.View, error) {
	a, err := application.GoOn(ctx, tx, in.ID, s.aidRules())
	return s.shown(ctx, tx, a, err)
}

func (s *Server) checkedApplication(ctx context.Context, tx Tx, in *reasonInput) (application.View, error) {
	a, err := application.Checked(ctx, tx, in.ID, in.Body.Reason, s.aidRules())
	return s.shown(ctx, tx, a, err)
}

func (s *Server) lookAtChecking(ctx context.Context, tx Tx, in *ThingRef) (application.CheckingView, error) {
	return application.LookAtChecking(ctx, tx, in.ID, s.aidRules())
}

type waiveInput struct {
	ThingRef
	Body struct {
		Sources []string `json:"sources" minItems:"1" maxItems:"30" doc:"Codes of sources that have not spoken of everybody"`
		Reason  string   `json:"reason" minLength:"1" maxLength:"1000" doc:"Why it goes on without them"`
	}
}

func (s *Server) waiveSources(ctx context.Context, tx Tx, in *waiveInput) (application.View, error) {
	a, err := application.Waive(ctx, tx, in.ID, in.Body.Sources, in.Body.Reason, s.aidRules())
	return s.shown(ctx, tx, a, err)
}

type explainInput struct {
	ThingRef
	Body struct {
		ID     string `json:"id,omitempty" format:"uuid"`
		Code   string `json:"code" minLength:"1" maxLength:"40" doc:"Of the difference"`
		Person string `json:"person,omitempty" format:"uuid" doc:"Absent where the difference is the household's"`
		Source string `json:"source" minLength:"1" maxLength:"40"`
		Text   string `json:"text" minLength:"1" maxLength:"2000" doc:"What the household says of it"`
	}
}

func (s *Server) explainFlag(ctx context.Context, tx Tx, in *explainInput) (application.View, error) {
	b := in.Body
	a, err := application.Explain(ctx, tx, in.ID, application.ExplainInput{PublicID: newID(ctx, b.ID), Code: source.FlagCode(b.Code), Person: b.Person, Source: b.Source, Text: b.Text}, s.aidRules())
	return s.shown(ctx, tx, a, err)
}
