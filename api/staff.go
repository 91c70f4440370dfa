package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// StaffRows are the people of the line, within the actor's scope.
type StaffRows interface {
	// StaffList lists people by area and login; next is where to go on.
	StaffList(ctx context.Context, f area.StaffFilter) (list []area.StaffRow, next string, err error)
	// PreviewStaff finds out what a file of people would change and every fault in it, and keeps it for whoever applies it.
	PreviewStaff(ctx context.Context, name string, raw []byte) (area.StaffPreview, error)
	// ApplyStaff carries out a file that was looked at, all of it or nothing.
	ApplyStaff(ctx context.Context, id string) (area.StaffPreview, error)
	// AddStaff makes an account, without a password.
	AddStaff(ctx context.Context, tree *area.Tree, p area.Person) (area.StaffRow, error)
	// ChangeStaff changes name, role, place, telephone or skills.
	ChangeStaff(ctx context.Context, tree *area.Tree, login string, change func(*area.Person)) (area.StaffRow, error)
	// LeaveStaff ends somebody's service and hands on what is theirs.
	LeaveStaff(ctx context.Context, login, reason string) (area.Leaving, error)
	// SetDeputies says who stands in for somebody; until zero: until it is said otherwise.
	SetDeputies(ctx context.Context, login string, deputies []string, until time.Time) (area.StaffRow, error)
	// Invite keeps the hash of a code by which somebody gives themselves a password, once.
	Invite(ctx context.Context, login string, codeHash []byte, valid time.Duration) (expires time.Time, err error)

	// Households lists those that somebody looks after.
	Households(ctx context.Context, under area.Code, login string, limit int) ([]area.Household, error)
	// Entrust gives a household to an assistant: at most twenty to one.
	Entrust(ctx context.Context, login string, village area.Code, reference string) (area.StaffRow, error)
	// Release takes a household out of somebody's hands.
	Release(ctx context.Context, id, reason string) (area.StaffRow, error)
	// Stations lists the townships' social-work stations.
	Stations(ctx context.Context) ([]area.Station, error)
	// SetStation opens, changes or closes a township's station.
	SetStation(ctx context.Context, s area.Station) (area.Station, error)
	// Coverage works out what a city watches of its field network.
	Coverage(ctx context.Context, tree *area.Tree, under area.Code) (area.Coverage, error)

	// Agencies lists organisations under contract.
	Agencies(ctx context.Context) ([]area.Agency, error)
	// AddAgency writes down an organisation and its contract.
	AddAgency(ctx context.Context, g area.Agency) (area.Agency, error)
	// ChangeAgency corrects an agency's name, or whom to ask there.
	ChangeAgency(ctx context.Context, id string, change func(*area.Agency)) (area.Agency, error)
	// EndContract sets the last day of a contract.
	EndContract(ctx context.Context, id string, until area.Date, reason string) (area.Agency, error)
	// AddAgencySeat makes an account for somebody of an agency.
	AddAgencySeat(ctx context.Context, tree *area.Tree, id string, p area.Person) (area.Agency, error)
	// Accesses lists which tickets are open to people of agencies; with over also which were.
	Accesses(ctx context.Context, over bool, limit int) ([]area.AgencyAccess, error)
	// GrantAccess opens a ticket to somebody of an agency for a time.
	GrantAccess(ctx context.Context, id ticket.ID, login string, until time.Time, reason string) (area.AgencyAccess, error)
	// EndAccess closes it again at once.
	EndAccess(ctx context.Context, id, reason string) (area.AgencyAccess, error)
}

// Who does what with people. Accounts are the system administrator's, first
// passwords the security administrator's, the people of the villages the
// township head's; auditors read.
var (
	staffReaders = []area.Role{area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCityDuty, area.RoleCityHead,
		area.RoleAuditor, area.RoleSystemAdmin, area.RoleSecurityAdmin}
	fieldReaders = []area.Role{area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCityDuty, area.RoleCityHead,
		area.RoleAuditor, area.RoleSystemAdmin}
	accountKeepers = []area.Role{area.RoleSystemAdmin}
	inviters       = []area.Role{area.RoleSecurityAdmin}
	villagers      = []area.Role{area.RoleTownshipHead}
	namers         = []area.Role{area.RoleSystemAdmin, area.RoleTownshipHead}
	deputers       = []area.Role{area.RoleSystemAdmin, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCityDuty, area.RoleSupervisor}
	openers        = []area.Role{area.RoleCountyDuty, area.RoleSupervisor}
)

// staffTable is the part of the table about people.
func staffTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	return []*route{
		{method: post, path: "/session/invitation", open: true, keyless: true, summary: "Give yourself a password by a code that you were handed", bind: bindAcceptInvitation},
		{method: get, path: "/staff", who: staffReaders, summary: "People of the line, by area and login", bind: read((*Server).listStaff)},
		{method: post, path: "/staff", who: accountKeepers, summary: "Make an account, without a password", bind: do((*Server).addStaff)},
		{method: post, path: "/staff/imports", who: accountKeepers, summary: "Look at a file of people: what it would change, and its faults", bind: do((*Server).previewStaff)},
		{method: post, path: "/staff/imports/{id}/application", who: accountKeepers, summary: "Apply a file that was looked at, all of it or nothing", bind: do((*Server).applyStaff)},
		{method: post, path: "/staff/{id}/changes", who: namers, summary: "Change somebody's name, role, place, telephone or skills", bind: do((*Server).changeStaff)},
		{method: post, path: "/staff/{id}/departure", who: namers, summary: "End somebody's service: their tickets go to the desks, what was open to them closes", bind: do((*Server).leaveStaff)},
		{method: post, path: "/staff/{id}/deputies", who: deputers, summary: "Say who stands in for somebody", bind: do((*Server).setDeputies)},
		{method: post, path: "/staff/{id}/invitations", who: inviters, summary: "Hand out a code for a first password; the ones before are void", bind: each((*Server).invite)},
		{method: post, path: "/staff/{id}/households", who: villagers, summary: "Entrust a household to an assistant: at most twenty", bind: do((*Server).entrust)},
		{method: get, path: "/skills", who: everyone, summary: "What people of the line may know, in words", bind: read((*Server).listSkills)},
		{method: post, path: "/assistants", who: villagers, summary: "Name a village assistant or a volunteer of your township", bind: do((*Server).addStaff)},
		{method: get, path: "/households", who: fieldReaders, summary: "Households that somebody looks after", bind: read((*Server).listHouseholds)},
		{method: post, path: "/households/{id}/release", who: villagers, summary: "Take a household out of somebody's hands", bind: do((*Server).release)},
		{method: get, path: "/stations", who: fieldReaders, summary: "The townships' social-work stations", bind: read((*Server).listStations)},
		{method: post, path: "/stations", who: namers, summary: "Open, change or close a township's station", bind: do((*Server).setStation)},
		{method: get, path: "/figures/coverage", who: fieldReaders, summary: "Villages without an assistant, townships without duty, and what is nearly full or ends soon", bind: read((*Server).coverage)},

		{method: get, path: "/agencies", who: fieldReaders, summary: "Outside agencies, their contracts and people", bind: read((*Server).listAgencies)},
		{method: post, path: "/agencies", who: accountKeepers, summary: "Write down an agency and its contract", bind: do((*Server).addAgency)},
		{method: post, path: "/agencies/{id}/changes", who: accountKeepers, summary: "Correct an agency's name, or whom to ask there", bind: do((*Server).changeAgency)},
		{method: post, path: "/agencies/{id}/contract", who: accountKeepers, summary: "Prolong a contract or end it", bind: do((*Server).endContract)},
		{method: post, path: "/agencies/{id}/people", who: accountKeepers, summary: "Make an account for somebody of an agency", bind: do((*Server).addAgencySeat)},
		{method: get, path: "/agency-accesses", who: fieldReaders, summary: "Tickets that are open to people of agencies", bind: read((*Server).listAccesses)},
		{method: post, path: "/tickets/{id}/agency-accesses", who: openers, act: "open_to_agency", when: mayOpenToAgency,
			summary: "Open a ticket to somebody of an agency, for at most 30 days", bind: do((*Server).grantAccess)},
		{method: post, path: "/agency-accesses/{id}/ending", who: openers, summary: "Close a ticket to somebody of an agency at once", bind: do((*Server).endAccess)},
	}
}

func mayOpenToAgency(t Ticket, _ act.Actor) bool { return t.Status.Open() }

// SkillList are the skills that people may have.
type SkillList struct {
	Items []acd.Term `json:"items"`
}

func (s *Server) listSkills(context.Context, Tx, *struct{}) (SkillList, error) {
	return SkillList{Items: append([]acd.Term{}, s.deps.Rules.Skills...)}, nil
}

type listStaffInput struct {
	Area   string `query:"area" pattern:"^[0-9]{12}$" doc:"At or below it. Default: your own area"`
	Role   string `query:"role" maxLength:"40" doc:"Only this role"`
	Words  string `query:"q" maxLength:"60" doc:"Part of a name or login"`
	Left   bool   `query:"left" doc:"Those who have left, instead of those who work here"`
	Cursor string `query:"cursor" maxLength:"80" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// StaffPage is one page of people.
type StaffPage struct {
	Items []area.StaffRow `json:"items"`
	Next  string          `json:"next,omitempty" doc:"Cursor of the next page"`
}

func (s *Server) listStaff(ctx context.Context, tx Tx, in *listStaffInput) (StaffPage, error) {
	under, err := ownArea(tx, in.Area)
	if err != nil {
		return StaffPage{}, err
	}
	list, next, err := tx.StaffList(ctx, area.StaffFilter{Under: under, Role: area.Role(in.Role), Words: strings.TrimSpace(in.Words), Left: in.Left, After: in.Cursor, Limit: in.Limit})
	return StaffPage{Items: list, Next: next}, err
}

// ownArea is an area that was asked for, within the actor's; empty: all of it.
func ownArea(tx Tx, asked string) (area.Code, error) {
	own := tx.Actor().Area
	if asked == "" {
		return own, nil
	}
	if !own.Contains(area.Code(asked)) {
		return "", act.NotFound("area")
	}
	return area.Code(asked), nil
}

type personInput struct {
	Body struct {
		Login    string   `json:"login" pattern:"^[a-z0-9._-]{2,40}$"`
		Name     string   `json:"name" minLength:"1" maxLength:"60"`
		Role     string   `json:"role" maxLength:"40"`
		Area     string   `json:"area" pattern:"^[0-9]{12}$" doc:"Where they serve"`
		Phone    string   `json:"phone,omitempty" maxLength:"40" doc:"For notices; never shown in full"`
		Deputies []string `json:"deputies,omitempty" maxItems:"9" doc:"Logins of who stands in for them"`

		Skills area.Skills `json:"skills,omitempty" doc:"From 1 (some) to 10 (best), by the keys of GET /skills"`
	}
}

// phoneOf reads a telephone of a form.
func phoneOf(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	p := ticket.ParsePhone(text).E164
	if p == "" {
		return "", act.Invalid("phone", "phone_form", "It is no telephone number. Write a mobile number of 11 digits, or a landline with its area code.")
	}
	return p, nil
}

func (s *Server) addStaff(ctx context.Context, tx Tx, in *personInput) (area.StaffRow, error) {
	phone, err := phoneOf(in.Body.Phone)
	if err != nil {
		return area.StaffRow{}, err
	}
	if err := ticket.PlainText("name", in.Body.Name); err != nil {
		return area.StaffRow{}, err
	}
	return tx.AddStaff(ctx, s.deps.Places.Index().Tree, area.Person{Login: in.Body.Login, Name: in.Body.Name, Role: area.Role(in.Body.Role), Area: area.Code(in.Body.Area),
		Phone: phone, Deputies: in.Body.Deputies, Skills: in.Body.Skills})
}

func (s *Server) previewStaff(ctx context.Context, tx Tx, in *fileInput) (area.StaffPreview, error) {
	raw, err := unpacked(in.RawBody)
	if err != nil {
		return area.StaffPreview{}, err
	}
	return tx.PreviewStaff(ctx, in.File, raw)
}

func (s *Server) applyStaff(ctx context.Context, tx Tx, in *ThingRef) (area.StaffPreview, error) {
	return tx.ApplyStaff(ctx, in.ID)
}

// StaffRef names somebody by login.
type StaffRef struct {
	Login string `path:"id" minLength:"1" maxLength:"40" doc:"Login"`
}

type changeStaffInput struct {
	StaffRef
	Body struct {
		Name  *string `json:"name,omitempty" minLength:"1" maxLength:"60"`
		Role  *string `json:"role,omitempty" maxLength:"40"`
		Area  *string `json:"area,omitempty" pattern:"^[0-9]{12}$"`
		Phone *string `json:"phone,omitempty" maxLength:"40" doc:"Empty: none"`

		Skills *area.Skills `json:"skills,omitempty" doc:"All that they know; empty: nothing special"`
	}
}

func (s *Server) changeStaff(ctx context.Context, tx Tx, in *changeStaffInput) (area.StaffRow, error) {
	phone := ""
	var err error
	if in.Body.Phone != nil {
		if phone, err = phoneOf(*in.Body.Phone); err != nil {
			return area.StaffRow{}, err
		}
	}
	if in.Body.Name != nil {
		if err := ticket.PlainText("name", *in.Body.Name); err != nil {
			return area.StaffRow{}, err
		}
	}
	return tx.ChangeStaff(ctx, s.deps.Places.Index().Tree, in.Login, func(p *area.Person) {
		if in.Body.Name != nil {
			p.Name = *in.Body.Name
		}
		if in.Body.Role != nil {
			p.Role = area.Role(*in.Body.Role)
		}
		if in.Body.Area != nil {
			p.Area = area.Code(*in.Body.Area)
		}
		if in.Body.Phone != nil {
			p.Phone = phone
		}
		if in.Body.Skills != nil {
			p.Skills = *in.Body.Skills
		}
	})
}

type leaveInput struct {
	StaffRef
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) leaveStaff(ctx context.Context, tx Tx, in *leaveInput) (area.Leaving, error) {
	if err := ticket.PlainText("reason", in.Body.Reason); err != nil {
		return area.Leaving{}, err
	}
	return tx.LeaveStaff(ctx, in.Login, in.Body.Reason)
}

type deputiesInput struct {
	StaffRef
	Body struct {
		Deputies []string   `json:"deputies" maxItems:"9" doc:"Logins, the first to be asked first; none: nobody stands in"`
		Until    *time.Time `json:"until,omitempty" doc:"Default: until it is said otherwise"`
	}
}

func (s *Server) setDeputies(ctx context.Context, tx Tx, in *deputiesInput) (area.StaffRow, error) {
	var until time.Time
	if in.Body.Until != nil {
		until = *in.Body.Until
	}
	return tx.SetDeputies(ctx, in.Login, in.Body.Deputies, until)
}
