package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ticket"
)

// base is where the API lives.
const base = "/api/v1"

// route is one row of the table of routes: all that is to know of it before its
// handler runs.
type route struct {
	method, path string
	who          []area.Role // nobody else is let in
	open         bool        // without a session
	act          string      // what it is called in the lists of acts; empty for reads
	// when tells whether the actor may do the act on this ticket now; nil: it is listed on no ticket.
	when       func(t Ticket, me act.Actor) bool
	summary    string
	fresh      bool           // asks for a password that was given lately: what is signed for money
	keyless    bool           // an unsafe method that needs no Idempotency-Key
	background bool           // asked by a page on its own: it does not count as somebody being there
	written    failpoint.Name // passed with everything written and nothing committed, where the act itself passes no such step
	committed  failpoint.Name // passed between commit and answer
	bind       binder
}

// The roles that go together.
var (
	everyone = area.Roles()
	readers  = []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty,
		area.RoleCountyFinance, area.RoleCityDuty, area.RoleCityHead, area.RoleAuditor}
	// photographers send photos; people of agencies with their reports, too.
	photographers = slices.Concat(makers, agencySeats)
	photoAskers   = slices.Concat(readers, agencySeats) // which parts of a photo are there

	owners = []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty,
		area.RoleCityDuty, area.RoleCityHead}
	desks    = []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleCountyDuty, area.RoleCityDuty}
	closers  = []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCityDuty}
	payers   = []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty}
	signers  = []area.Role{area.RoleTownshipHead, area.RoleCountyDuty}
	makers   = []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty}
	books    = []area.Role{area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance, area.RoleCityDuty, area.RoleCityHead, area.RoleAuditor}
	phones   = []area.Role{area.RoleAgent, area.RoleSupervisor}
	agents   = []area.Role{area.RoleAgent, area.RoleSupervisor}
	ringers  = ticket.CallbackRingers()
	visitors = ticket.VisitReporters()
	deciders = ticket.VisitDeciders()
	leaders  = []area.Role{area.RoleSupervisor, area.RoleCityDuty, area.RoleCityHead, area.RoleAuditor}
	callers  = []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleCountyDuty, area.RoleCityDuty, area.RoleAuditor}
)

// table is every route under base. A test walks it, role by role, in one's own
// township and in another's.
func table() []*route {
	get, post, del := http.MethodGet, http.MethodPost, http.MethodDelete
	return slices.Concat([]*route{
		{method: post, path: "/session", open: true, keyless: true, summary: "Sign in", bind: bindSignIn},
		{method: get, path: "/session", who: everyone, background: true, summary: "Who is signed in", bind: read((*Server).getSession)},
		{method: del, path: "/session", who: everyone, summary: "Sign out", bind: bindSignOut},
		{method: post, path: "/session/proof", who: everyone, keyless: true, summary: "Give your password again, for what asks for a fresh sign-in", bind: bindProof},
		{method: get, path: "/system", who: everyone, background: true, summary: "Version and clock", bind: read((*Server).getSystem)},
		{method: get, path: "/areas", who: everyone, summary: "Divisions at or below one", bind: read((*Server).listAreas)},
		{method: get, path: "/posts", who: readers, summary: "Desks and people that may take a ticket of an area", bind: read((*Server).listPosts)},
		{method: get, path: "/policy", who: readers, summary: "The rules that acts are decided by", bind: read((*Server).getPolicy)},
		{method: get, path: "/sms", who: readers, background: true, summary: "Messages in the development sink", bind: read((*Server).listSMS)},
		{method: get, path: "/events", who: readers, background: true, summary: "Live events", bind: bindEvents},
		{method: get, path: "/softphone", who: phones, background: true, summary: "The softphone's WebSocket", bind: bindSoftphone},
		{method: get, path: "/calls", who: callers, summary: "Calls, newest first", bind: read((*Server).listCalls)},
		{method: get, path: "/audit", who: []area.Role{area.RoleAuditor, area.RoleAuditAdmin}, summary: "The audit chain, newest first", bind: read((*Server).listAudit)},

		{method: get, path: "/tickets", who: readers, background: true, summary: "Tickets, newest first", bind: read((*Server).listTickets)},
		{method: get, path: "/tickets/{id}", who: readers, background: true, summary: "One ticket", bind: read((*Server).getTicket)},
		{method: get, path: "/tickets/{id}/timeline", who: readers, background: true, summary: "What happened to a ticket", bind: read((*Server).getTimeline)},

		{method: post, path: "/tickets/{id}/triage", who: desks, act: "triage", when: mayTriage,
			summary: "Say where, how urgent and what it is", bind: do((*Server).triage)},
		{method: post, path: "/tickets/{id}/acceptance", who: owners, act: "accept", when: mayAccept,
			summary: "Accept an offer and own the ticket", bind: do((*Server).accept)},
		{method: post, path: "/tickets/{id}/lowering", who: []area.Role{area.RoleSupervisor}, act: "approve_lowering", when: mayApproveLowering,
			summary: "Approve or refuse a lowered priority", bind: do((*Server).approveLowering)},
		{method: post, path: "/tickets/{id}/repeat", who: owners, act: "decide_repeat", when: mayDecideRepeat,
			summary: "Say whether it is the same matter as the earlier ticket", bind: do((*Server).decideRepeat)},
		{method: post, path: "/tickets/{id}/handovers", who: owners, act: "hand_over", when: ownsOpen,
			summary: "Ask another post to take the ticket over", bind: do((*Server).handOver)},
		{method: post, path: "/tickets/{id}/answer", who: owners, act: "answer", when: mayAnswer,
			summary: "Write down the answer to a question", bind: do((*Server).answerQuestion)},
		{method: post, path: "/tickets/{id}/closure", who: closers, act: "close", when: mayClose,
			summary: "Write down the call to the citizen before closing; a yes closes, a no sends it back", bind: do((*Server).closeTicket)},
		{method: post, path: "/tickets/{id}/reopening", who: desks, act: "reopen", when: mayReopen,
			summary: "Bring a closed ticket back", bind: do((*Server).reopen)},
		{method: post, path: "/tickets/{id}/caller-views", who: owners, act: "view_caller", when: mayViewCaller,
			summary: "Look the caller's number up; leaves a record", bind: each((*Server).viewCaller)},
	}, moveTable(), phoneTable(), queueTable(), aidTable(), recordingTable(), areaTable(), staffTable(), relativeTable(), reportTable(), takeInTable(), applicationTable(), referralTable(), loopTable(), careTable(), statisticsTable(), formTable(), agencyTable(), dutyTable(), notifyTable(), fundsTable(), bankTable(), advanceTable(), goodsTable(), closingTable(), adjustTable(), knowledgeTable(), peopleTable(), runTable(), integrityTable(), checkTable(), villageTable())
}

// moveTable is the part of the table where a ticket changes hands.
func moveTable() []*route {
	post := http.MethodPost
	return []*route{
		{method: post, path: "/tickets/{id}/declines", who: owners, act: "cannot_come", when: mayDecline,
			summary: "Say that you, who were asked, cannot come", bind: do((*Server).cannotCome)},
		{method: post, path: "/tickets/{id}/returns", who: ticket.Returners(), act: "return", when: mayReturn,
			summary: "Return a ticket that is not your township's to the county", bind: do((*Server).returnTicket)},
		{method: post, path: "/tickets/{id}/pulls", who: ticket.Movers(), act: "pull", when: mayPull,
			summary: "Take a ticket of your area to yourself", bind: do((*Server).pull)},
		{method: post, path: "/tickets/{id}/pushes", who: ticket.Movers(), act: "push", when: mayPush,
			summary: "Give a ticket of your area to another, who accepts it unless forced", bind: do((*Server).push)},
		{method: post, path: "/tickets/{id}/pauses", who: ticket.Movers(), act: "pause", when: mayPause,
			summary: "Let the ladder rest for a while; no clock does", bind: do((*Server).pause)},
		{method: post, path: "/tickets/{id}/resumptions", who: ticket.Movers(), act: "resume", when: mayResume,
			summary: "Let a paused ladder go on", bind: do((*Server).resume)},
		{method: post, path: "/tickets/{id}/merges", who: ticket.Joiners(), act: "merge", when: mayMerge,
			summary: "Join it to another ticket of the same matter", bind: do((*Server).merge)},
		{method: post, path: "/tickets/{id}/splits", who: ticket.Joiners(), act: "split", when: maySplit,
			summary: "Undo a joining, or make a ticket of a second matter", bind: do((*Server).split)},
	}
}

// aidTable is the part of the table where help is found out, decided and paid.
func aidTable() []*route {
	get, post, put := http.MethodGet, http.MethodPost, http.MethodPut
	return []*route{
		{method: post, path: "/tickets/{id}/visits", who: owners, act: "visit", when: mayVisit,
			summary: "Write down a visit", bind: do((*Server).recordVisit)},
		{method: post, path: "/tickets/{id}/findings", who: owners, act: "findings", when: mayFind,
			summary: "Write down what was found", bind: do((*Server).recordFindings)},
		{method: post, path: "/tickets/{id}/decisions", who: owners, act: "decide", when: mayDecide,
			summary: "Grant urgent aid", bind: do((*Server).decide)},
		{method: post, path: "/tickets/{id}/refusals", who: owners, act: "refuse", when: mayRefuse,
			summary: "Decide, with the reason, that no aid is due", bind: do((*Server).refuseAid)},
		{method: post, path: "/decisions/{id}/short-check", who: owners, act: "short_check", when: decisionsAllow("short_check"),
			summary: "Add identity, phone and witness to an urgent decision", bind: do((*Server).shortCheck)},
		{method: post, path: "/decisions/{id}/approval", fresh: true, who: signers, act: "approve_decision", when: decisionsAllow("approve", "decline"),
			summary: "Approve or decline as the second person", bind: do((*Server).approveDecision)},

		{method: get, path: "/decisions/{id}/rails", who: owners, summary: "By which rail its sum reaches the citizen in time, the best first, and why", bind: read((*Server).listRails)},
		{method: post, path: "/tickets/{id}/disbursements", who: owners, act: "start_disbursement", when: decisionsAllow("start_payout"), committed: failpoint.PayoutAfterCommit,
			summary: "Start the payout of an approved decision", bind: do((*Server).startPayout)},
		{method: post, path: "/disbursements/{id}/check", fresh: true, who: signers, act: "check", when: payoutsAllow("check"), committed: failpoint.PayoutAfterCommit,
			summary: "Check a payout as its second person", bind: do((*Server).checkPayout)},
		{method: post, path: "/disbursements/{id}/cash", who: payers, act: "issue_cash", when: payoutsAllow("issue_cash"), committed: failpoint.PayoutAfterCommit,
			summary: "Take the cash out of the float", bind: do((*Server).issueCash)},
		{method: post, path: "/disbursements/{id}/receipt", who: payers, act: "receipt", when: payoutsAllow("receipt"), committed: failpoint.ReceiptAfterCommit,
			summary: "Prove that the citizen has it; stops the clock", bind: do((*Server).receipt)},
		{method: post, path: "/disbursements/{id}/return", who: payers, act: "return_cash", when: payoutsAllow("return_cash"), committed: failpoint.PayoutAfterCommit,
			summary: "Bring the cash back to the float", bind: do((*Server).returnCash)},
		{method: post, path: "/disbursements/{id}/second-signature", fresh: true, who: signers, act: "second_sign", when: payoutsAllow("second_signature"), committed: failpoint.PayoutAfterCommit,
			summary: "Sign a solo payout as its second person", bind: do((*Server).secondSign)},
		{method: post, path: "/disbursements/{id}/cancellation", who: makers, act: "cancel_disbursement", when: payoutsAllow("cancel"), committed: failpoint.PayoutAfterCommit,
			summary: "Call a payout off before money moved", bind: do((*Server).cancelPayout)},
		{method: post, path: "/disbursements/{id}/reversal", fresh: true, who: []area.Role{area.RoleCountyFinance}, act: "reverse_disbursement", when: payoutsAllow("reverse"), committed: failpoint.PayoutAfterCommit,
			summary: "Take a settled payout back by mirror entries", bind: do((*Server).reversePayout)},

		{method: post, path: "/disbursements/{id}/after-review", fresh: true, who: []area.Role{area.RoleCountyFinance}, act: "after_review", when: payoutsAllow("after_review"), committed: failpoint.PayoutAfterCommit,
			summary: "Say what came of the look at a payout that was drawn", bind: do((*Server).reviewPayout)},

		{method: post, path: "/tickets/{id}/papers", who: owners, act: "add_paper", when: mayAddPaper,
			summary: "Note a paper that is missing", bind: do((*Server).addPaper)},
		{method: post, path: "/papers/{id}/receipt", who: makers, act: "receive_paper", when: papersAllow("receive"),
			summary: "Note that a paper has come", bind: do((*Server).receivePaper)},
		{method: post, path: "/papers/{id}/verification", who: payers, act: "verify_paper", when: papersAllow("verify"),
			summary: "Say that what came is the paper", bind: do((*Server).verifyPaper)},
		{method: post, path: "/papers/{id}/return", who: payers, act: "return_paper", when: papersAllow("return"),
			summary: "Say that what came is not the paper", bind: do((*Server).returnPaper)},
		{method: post, path: "/papers/{id}/waiver", who: signers, act: "waive_paper", when: papersAllow("waive"),
			summary: "Let a paper go, with the reason", bind: do((*Server).waivePaper)},

		{method: post, path: "/uploads", who: photographers, summary: "Announce a photo", bind: do((*Server).beginUpload)},
		{method: put, path: "/uploads/{id}/parts/{part}", who: photographers, summary: "Send one part of a photo", bind: each((*Server).putPart)},
		{method: get, path: "/uploads/{id}", who: photoAskers, background: true, summary: "Which parts are there", bind: read((*Server).getUpload)},
		{method: get, path: "/uploads/{id}/content", who: readers, summary: "The photo; each look leaves a record", bind: bindUploadContent},

		{method: get, path: "/approvals", who: readers, background: true, summary: "What waits for your word", bind: read((*Server).listApprovals)},
		{method: get, path: "/ledger/trial-balance", who: books, summary: "Every account and its balance", bind: read((*Server).trialBalance)},
		{method: get, path: "/ledger/accounts/{id}/statement", who: books, summary: "One account's postings, newest first", bind: read((*Server).statement)},
	}
}

// mountRoutes registers every row: the guard first, then its handler.
func (s *Server) mountRoutes() {
	s.routes = table()
	for _, r := range s.routes {
		s.app.Add(r.method, fiberPath(r.path), s.guard(r))
		r.bind(s, r)
	}
}

func (r *route) mayBeUsedBy(role area.Role) bool { return slices.Contains(r.who, role) }

// needsKey reports whether a retry of the request could do harm.
func (r *route) needsKey() bool { return r.method != http.MethodGet && !r.keyless }

// operation is the row as the OpenAPI document shows it.
func (r *route) operation() huma.Operation {
	tag, _, _ := strings.Cut(strings.TrimPrefix(r.path, "/"), "/")
	op := huma.Operation{Method: r.method, Path: base + r.path, Summary: r.summary, Tags: []string{tag}, MaxBodyBytes: bodyLimit + 1,
		OperationID: r.operationID()}
	if !r.open {
		op.Security = []map[string][]string{{"session": {}}}
		op.Extensions = map[string]any{"x-roles": r.who}
	}
	if r.needsKey() {
		op.Parameters = []*huma.Param{{Name: headerKey, In: "header", Required: true, Description: "New for each act, the same on a retry",
			Schema: &huma.Schema{Type: huma.TypeString, Pattern: keyForm.String()}}}
	}
	return op
}

// operationID is made of method and path: post_tickets_id_triage.
func (r *route) operationID() string {
	words := strings.FieldsFunc(r.path, func(c rune) bool { return c == '/' || c == '{' || c == '}' || c == '-' })
	return strings.ToLower(r.method) + "_" + strings.Join(words, "_")
}

// fiberPath writes {id} as Fiber does: :id.
func fiberPath(path string) string {
	return base + strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// actsOfRole lists what a role may do somewhere.
func (s *Server) actsOfRole(role area.Role) []string {
	acts := []string{}
	for _, r := range s.routes {
		if r.act != "" && r.mayBeUsedBy(role) && !slices.Contains(acts, r.act) {
			acts = append(acts, r.act)
		}
	}
	return acts
}

// actsOn lists what the actor may do on a ticket now.
func (s *Server) actsOn(t Ticket, me act.Actor) []string {
	acts := []string{}
	for _, r := range s.routes {
		if r.act != "" && r.when != nil && r.mayBeUsedBy(me.Role) && r.when(t, me) && !slices.Contains(acts, r.act) {
			acts = append(acts, r.act)
		}
	}
	return acts
}

// otherwise answers what no route did: an unknown API address, a method that an
// address does not know, or a page of the console.
func (s *Server) otherwise(c *fiber.Ctx) error {
	if !strings.HasPrefix(c.Path(), "/api/") {
		return s.servePage(c)
	}
	for _, r := range s.routes {
		if fiber.RoutePatternMatch(c.Path(), fiberPath(r.path), fiber.Config{CaseSensitive: true, StrictRouting: true}) {
			return fiber.ErrMethodNotAllowed
		}
	}
	return fiber.ErrNotFound
}

// Route is a row of the table as tests see it.
type Route struct {
	Method, Path string
	Who          []area.Role
	Open         bool
}

// Routes lists the table, so that a test can walk all of it.
func (s *Server) Routes() []Route {
	list := make([]Route, 0, len(s.routes))
	for _, r := range s.routes {
		list = append(list, Route{Method: r.method, Path: r.path, Who: r.who, Open: r.open})
	}
	return list
}
