package relief

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
)

// VisitView is a visit as its readers see it.
type VisitView struct {
	ID         string    `json:"id"`
	Mode       VisitMode `json:"mode"`
	ArrivedAt  time.Time `json:"arrived_at"`  // as the device said
	RecordedAt time.Time `json:"recorded_at"` // when the server learned of it
	Place      string    `json:"place,omitempty"`
	Facts      string    `json:"facts"`
	Visitors   []string  `json:"visitors"`
	Photos     []string  `json:"photos"` // upload ids
	By         string    `json:"by"`
}

// FindingsView is what was found, the identity masked.
type FindingsView struct {
	ID               string              `json:"id"`
	At               time.Time           `json:"at"`
	By               string              `json:"by"`
	Cause            string              `json:"cause"`
	HouseholdSize    int                 `json:"household_size"`
	Affected         int                 `json:"affected"`
	Needs            []string            `json:"needs"`
	Declared         Declared            `json:"declared"`
	Applicant        string              `json:"applicant"` // in full for those who help, the family name only for others
	IdentityType     people.IdentityType `json:"id_type"`
	IdentityMasked   string              `json:"id_number_masked,omitempty"` // 990***********1234
	NoIdentityReason string              `json:"no_id_reason,omitempty"`
	Note             string              `json:"note,omitempty"`
	Warnings         []string            `json:"warnings"`
}

// DecisionView is a decision with what this reader may do with it.
type DecisionView struct {
	ID         string        `json:"id"`
	Track      Track         `json:"track"`
	State      DecisionState `json:"state"`
	AidKind    string        `json:"aid_kind"`
	AmountFen  int64         `json:"amount_fen"`
	PaidFen    int64         `json:"paid_fen"` // of live payouts
	Level      ledger.Level  `json:"level"`    // whose word it needs: solo (the owner alone), township, county
	Reason     string        `json:"reason"`
	DecidedBy  string        `json:"decided_by"`
	DecidedAt  time.Time     `json:"decided_at"`
	ApprovedBy string        `json:"approved_by,omitempty"`
	ApprovedAt *time.Time    `json:"approved_at,omitempty"`
	Policy     string        `json:"policy"`
	CountyFrom *time.Time    `json:"county_may_approve_at,omitempty"`
	NextActs   []string      `json:"next_acts"` // short_check, approve, decline, start_payout
	Version    int64         `json:"version"`
}

// PaperView is a paper that is owed.
type PaperView struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`
	State     PaperState `json:"state"`
	DueAt     *time.Time `json:"due_at,omitempty"` // empty until the payment
	Reminders int        `json:"reminders"`
	Photos    []string   `json:"photos"`
	AddedBy   string     `json:"added_by"`
	ClosedBy  string     `json:"closed_by,omitempty"` // who verified or waived it
	ClosedAt  *time.Time `json:"closed_at,omitempty"`
	Reason    string     `json:"reason,omitempty"`
	NextActs  []string   `json:"next_acts"` // receive, verify, return, waive
	Version   int64      `json:"version"`
}

// ReceiptView is the proof that aid arrived.
type ReceiptView struct {
	ID             string        `json:"id"`
	DisbursementID string        `json:"disbursement_id"`
	AmountFen      int64         `json:"amount_fen"`
	At             time.Time     `json:"at"`                  // server's
	DeviceAt       *time.Time    `json:"device_at,omitempty"` // the device's, kept beside it
	Photo          string        `json:"photo"`               // upload id
	Signature      SignatureKind `json:"signature"`
	SignatureImage string        `json:"signature_upload"`
	Witness        string        `json:"witness,omitempty"`
	By             string        `json:"by"`
	Companion      string        `json:"companion,omitempty"`
}

// UploadView tells a client what is still to be sent.
type UploadView struct {
	ID        string      `json:"id"`
	MediaType string      `json:"media_type"`
	Size      int64       `json:"size"`
	SHA256    string      `json:"sha256"`
	PartSize  int64       `json:"part_size"`
	Parts     int         `json:"parts"`
	Missing   []int       `json:"missing"` // part numbers from 1
	State     UploadState `json:"state"`
	By        string      `json:"by"`
	At        time.Time   `json:"at"`
}

// knowsNames are the roles that help a citizen and so read the name in full.
var knowsNames = []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleAgent, area.RoleSupervisor}

// NameFor shows an applicant's name: in full to those who help, the first
// character to others.
func NameFor(who act.Actor, name Private) string {
	runes := []rune(string(name))
	if who.May(knowsNames...) || len(runes) == 0 {
		return string(name)
	}
	return string(runes[:1]) + "**"
}

// TextFor shows what was written about a citizen to those who help.
func TextFor(who act.Actor, text Private) string {
	if who.May(knowsNames...) {
		return string(text)
	}
	return ""
}
