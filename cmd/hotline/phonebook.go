package main

import (
	"context"

	"example.org/hotline/ivr"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

var _ ivr.Contacts = phonebook{}

// phonebook is whom a call may ring besides agents, as the phone room asks for it.
type phonebook struct{ db *store.DB }

// DutyPhones lists the telephones of who is on duty for a call's place at a level.
func (p phonebook) DutyPhones(ctx context.Context, call ticket.CallID, level string) ([]ivr.Contact, error) {
	phones, err := p.db.DutyPhones(ctx, call, level)
	list := make([]ivr.Contact, 0, len(phones))
	for _, c := range phones {
		list = append(list, ivr.Contact(c))
	}
	return list, err
}

// StaffPhone finds a member of staff's telephone by login.
func (p phonebook) StaffPhone(ctx context.Context, login string) (ivr.Contact, error) {
	c, err := p.db.StaffPhone(ctx, login)
	return ivr.Contact(c), err
}

// Caller tells what is known of a caller's number. With the database away
// nothing is: the flow takes the branch of an unknown caller.
func (p phonebook) Caller(ctx context.Context, c ticket.Call) (ivr.CallerFacts, error) {
	f, err := p.db.CallerFacts(ctx, c)
	return ivr.CallerFacts(f), err
}
