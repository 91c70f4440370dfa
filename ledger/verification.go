package ledger

import "time"

// Verification is what came of summing the books up anew.
type Verification struct {
	At       time.Time   `json:"at"`
	Entries  int         `json:"entries"`
	Postings int         `json:"postings"`
	Accounts int         `json:"accounts"`
	Payouts  int         `json:"payouts"`
	Checks   []string    `json:"checks"`
	Faults   []BookFault `json:"faults"` // at most a hundred of each check
}

// BookFault is one thing that does not hold. It names entries, accounts and payouts
// by their public ids and cases by their numbers, never people.
type BookFault struct {
	Check string `json:"check"`
	What  string `json:"what"`
}
