package main

import (
	"context"
	"time"

	"example.org/hotline/configs"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/ledger/rail/gateway"
)

// checkBanks opens every bank and asks each that has an interface about a batch
// that nobody ever sends: a signed answer, whatever it says, proves address, keys
// and clocks.
func (e *examination) checkBanks(ctx context.Context) {
	const check = "banks"
	if len(e.cfg.Banks) == 0 {
		return
	}
	policies, err := configs.LoadPolicies(e.cfg.Policy.Dir)
	if err != nil {
		return // what is wrong with the files another check tells
	}
	banks, err := policies.OpenBanks(e.cfg.Banks, time.Now)
	if err != nil {
		for _, fault := range allErrors(err) {
			e.fault(check, fault.Error(), "correct it; configs/bank shows what a form looks like")
		}
		return
	}
	for _, b := range banks {
		e.checkBank(ctx, check, b)
	}
}

// doctorsBatch is an id that no batch has: theirs end in a number.
const doctorsBatch = "doctor"

func (e *examination) checkBank(ctx context.Context, check string, b *gateway.Bank) {
	if b.Wire() == nil {
		e.ok(check, "%s pays for %s; its files are carried by hand", b.ID(), b.County())
		return
	}
	ctx, cancel := context.WithTimeout(ctx, serverTimeout)
	defer cancel()
	answer := b.Wire().Query(ctx, doctorsBatch)
	said := "the bank " + b.ID() + " gives no sound answer: " + answer.Code
	switch answer.Code {
	case bankhttp.WhyDial:
		e.fault(check, "the bank "+b.ID()+" takes no connection", e.startIt("check http.url, the name server and the firewall; batches wait until it is back"))
	case bankhttp.WhyTimeout, bankhttp.WhyCut, bankhttp.WhyStatus, bankhttp.WhyTooLarge:
		e.fault(check, said, e.startIt("ask the bank; nothing is paid twice meanwhile, and batches without an answer stay unknown"))
	case bankhttp.WhyUnsigned, bankhttp.WhySignature:
		e.fault(check, said, "hold http.url, http.key_id, http.signing, http.secret and http.bank_key to what the bank has given you")
	case bankhttp.WhyClock:
		e.fault(check, said, "set this node's clock by NTP: it is more than five minutes from the bank's")
	default:
		e.ok(check, "%s pays for %s; it answers and its signature is good", b.ID(), b.County())
	}
}
