package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// DisbursementID is the internal number of a payout.
type DisbursementID int64

// CaseID is the internal number of what a payout belongs to: the ticket's.
type CaseID int64

// DecisionID is the internal number of the decision that a payout carries out.
type DecisionID int64

// Channel is the rail a payout travels on.
type Channel string

// The rails.
const (
	ChannelCash    Channel = "cash"    // out of a float by a worker, against receipt
	ChannelAdvance Channel = "advance" // out of a worker's standing advance, against receipt
	ChannelGoods   Channel = "goods"   // out of the stock, against receipt
	ChannelBank    Channel = "bank"    // to the payee's account
)

// Channels lists every Channel.
func Channels() []Channel { return []Channel{ChannelCash, ChannelAdvance, ChannelGoods, ChannelBank} }

// OpenChannels lists the rails on which a payout can be started today: here and
// nowhere else a rail is opened.
func OpenChannels() []Channel {
	return []Channel{ChannelCash, ChannelAdvance, ChannelGoods, ChannelBank}
}

// Level is whose word a payout needs beside its maker's.
type Level string

// The levels of authority, by amount.
const (
	LevelSolo     Level = "solo"     // one worker makes and pays; a second signature follows
	LevelTownship Level = "township" // the township head checks
	LevelCounty   Level = "county"   // the county's duty officer checks
)

// Disbursement is one payout to one payee.
type Disbursement struct {
	ID       DisbursementID
	PublicID string // made by the client before it sends
	Case     CaseID
	Decision DecisionID // zero where it pays a month of an entitlement
	AidKind  string     // "urgent"
	Period   string     // the month of an entitlement: "2026-12"; empty of a decision
	Channel  Channel
	Area     area.Code // the township that answers for it
	Source   area.Code // whose float pays: the township's, or its county's where that was empty when the sum was held
	Fen      int64

	Payee     []byte // blind index of the payee's identity
	Household []byte // blind index under which the household's limit counts
	Content   []byte // hash of all of the above: what the checker signs
	// Of a payout by bank: the account that the present try goes to. The hash holds the index of the first;
	// another is entered by one person, verified by another and sent to by a third.
	Account      PayeeAccountID
	AccountIndex []byte
	Basket       []GoodsLine // of a payout in goods: what is handed over
	Policy       string      // version of the limits it was started under

	State      State
	Level      Level
	LevelWhy   LevelWhy     // empty where the sum alone decides
	CallTaker  area.StaffID // the agent who took the call: never checker, never payer
	Maker      area.StaffID
	MakerRole  area.Role
	Checker    area.StaffID
	Payer      area.StaffID
	Companion  area.StaffID // who handed a large sum over together with the payer
	Second     area.StaffID // second signature of a solo payout
	Attempt    int          // reservations made so far
	CancelNote string

	SubmittedAt       time.Time
	CountyMayCheckAt  time.Time // from then the county's duty officer may check in the head's place
	CheckedAt         time.Time
	ReservedAt        time.Time
	IssuedAt          time.Time
	ReceiptedAt       time.Time
	EndedAt           time.Time // cancelled or reversed
	SecondSignatureBy time.Time // zero unless solo
	SecondSignedAt    time.Time

	// Late is what the bank has paid of it after all although it is called off or taken back, and that has
	// not come back yet, in fen; only where the payouts of a case are listed.
	Late int64

	AfterReview AfterReview
	Version     int64
}

// Subject names the payout in timers, audit and events.
func (d Disbursement) Subject() act.Subject {
	return act.Subject{Kind: "disbursement", ID: int64(d.ID)}
}

// Solo reports whether one person may make and pay it.
func (d Disbursement) Solo() bool { return d.Level == LevelSolo }

// HandedOver lists who says that the citizen has the money: they cannot also be
// the one who asks the citizen whether it came. Nobody before the receipt.
func (d Disbursement) HandedOver() []area.StaffID {
	if d.ReceiptedAt.IsZero() {
		return nil
	}
	return []area.StaffID{d.Payer, d.Companion}
}

// involved reports whether a person has put their name to the payout, or taken its call.
func (d Disbursement) involved(who area.StaffID) bool {
	return slices.Contains([]area.StaffID{d.CallTaker, d.Maker, d.Checker, d.Payer, d.Companion, d.Second}, who)
}

// contentHash is SHA-256 over the canonical JSON of what is paid to whom and
// why. The payee stands in it by blind index.
func (d Disbursement) contentHash() ([]byte, error) {
	content := []any{"disbursement/1", d.PublicID, d.Case, d.Decision, d.AidKind, d.Channel, d.Area, d.Fen,
		hex.EncodeToString(d.Payee), hex.EncodeToString(d.Household), d.Policy}
	if d.Channel == ChannelBank {
		content = append(content, hex.EncodeToString(d.AccountIndex))
	}
	if d.Period != "" {
		content = append(content, d.Period)
	}
	for _, l := range d.Basket {
		content = append(content, []any{l.PublicID, l.Pieces, l.CostFen})
	}
	canonical, err := json.Marshal(content)
	if err != nil {
		return nil, fmt.Errorf("write the payout's content: %w", err)
	}
	sum := sha256.Sum256(canonical)
	return sum[:], nil
}

// key names one effect of the payout, so that it happens once.
func (d Disbursement) key(effect string) string { return "disbursement:" + d.PublicID + ":" + effect }

// source is the account whose money is held for the payout.
func (d Disbursement) source() AccountRef {
	switch d.Channel {
	case ChannelBank:
		return d.fund()
	case ChannelAdvance:
		return d.cash()
	case ChannelGoods:
		return d.stock()
	default:
		return d.float()
	}
}

// The accounts a cash payout moves between.
func (d Disbursement) float() AccountRef       { return FloatOf(d.Source) }
func (d Disbursement) countyFloat() AccountRef { return FloatOf(d.Area.At(area.LevelCounty)) }
func (d Disbursement) payable() AccountRef {
	return AccountRef{Kind: Payable, Area: d.Area, Holder: fmt.Sprintf("ticket:%d", d.Case)}
}
func (d Disbursement) expense() AccountRef {
	return AccountRef{Kind: Expense, Area: d.Area, Holder: d.AidKind}
}

// FloatOf is the float of a township, or of a county, which pays where a township's is empty.
func FloatOf(place area.Code) AccountRef { return AccountRef{Kind: Float, Area: place} }

// cash is what the payer carries the sum in.
func (d Disbursement) cash() AccountRef {
	if d.Channel == ChannelAdvance {
		return AdvanceOf(d.Area, d.Payer)
	}
	return CashOf(d.Area, d.Payer)
}

// CashOf is the account of what a worker of a township carries for single payouts.
func CashOf(township area.Code, staff area.StaffID) AccountRef {
	return AccountRef{Kind: Cash, Area: township, Holder: fmt.Sprintf("staff:%d", staff)}
}
