package main

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/queue"
	"example.org/hotline/ivr/softphone"
	"example.org/hotline/store"
)

var (
	_ ivr.AgentLegs = (*softphone.Server)(nil)
	_ api.Softphone = (*softphone.Server)(nil)
)

// softphoneParts is what the softphone is joined to.
type softphoneParts struct {
	Queue     *queue.Hub
	Store     *store.DB
	CallBacks softphone.CallBacks // nil: none
	Emergency []string            // names that an agent may transfer to
	Now       func() time.Time
	Log       *slog.Logger
}

// openSoftphone makes the agents' side of this node and binds its port.
func openSoftphone(cfg configs.Config, queues acd.Config, p softphoneParts) (*softphone.Server, error) {
	desk := softphone.DeskOf(queues)
	desk.Emergency = append([]string{}, p.Emergency...)
	desk.RingsBack = p.CallBacks != nil
	seats := softphone.HubSeats{Hub: p.Queue, Profile: func(ctx context.Context, who area.Staff) (acd.Agent, error) {
		a, err := p.Store.AgentSeat(ctx, who.ID)
		if err != nil { // the database is away: who is there takes every call
			p.Log.WarnContext(ctx, "an agent's profile cannot be read; they serve every queue", "agent", who.Login, "error", err)
			return acd.Agent{}, nil
		}
		return a, nil
	}}
	c := cfg.Softphone
	return softphone.New(softphone.Config{
		Node: cfg.Node.ID, Listen: c.Listen, ListenTCP: c.ListenTCP, PublicIPs: c.PublicIPs, Loopback: onLoopback(c.Listen),
		STUN: c.STUN, TURN: softphone.TURN{URLs: c.TURN.URLs, Secret: c.TURN.Secret.Reveal(), Life: c.TURN.Life},
		Grace: c.Grace, Desk: desk,
	}, softphone.Deps{Seats: seats, CallBacks: p.CallBacks, Supervise: p.Store.Supervise, Now: p.Now, Logger: p.Log})
}

// onLoopback reports whether only browsers of this machine can come: then
// 127.0.0.1 is an address to offer them.
func onLoopback(listen string) bool {
	at, err := netip.ParseAddrPort(listen)
	return err == nil && at.Addr().IsLoopback()
}
