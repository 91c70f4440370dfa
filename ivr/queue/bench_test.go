package queue_test

import (
	"fmt"
	"testing"

	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

// BenchmarkEnterAndLeave is one more caller who comes and goes while 500 wait
// and 200 agents talk, on a node alone and on one of two that share.
func BenchmarkEnterAndLeave(b *testing.B) {
	for _, shared := range []bool{false, true} {
		b.Run(fmt.Sprintf("shared=%t", shared), func(b *testing.B) {
			url := ""
			if shared {
				url = servers.Redis(b).AppURL
			}
			l := &line{t: b, config: rules(nil)}
			n := l.start("n1", url)
			if shared {
				l.start("n2", url)
			}
			err := n.Do(func(tx *acd.Tx) {
				for i := range 200 {
					a := tx.SignOn(acd.Agent{ID: area.StaffID(i + 1), Node: "n1"})
					o, _ := tx.Seize(a.ID, acd.Offer{Call: ticket.CallID(fmt.Sprint("busy", i)), CallerNode: "n1"})
					_ = tx.Answer(a.ID, o.ID)
				}
			})
			if err != nil {
				b.Fatal(err)
			}
			for i := range 500 {
				n.Enter(caller(i))
			}
			_ = n.Do(func(*acd.Tx) {})
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				n.Enter(acd.Caller{Call: ticket.CallID(fmt.Sprint("x", i)), Queue: "12349"}).Leave(acd.LeftAbandoned)
				_ = n.Do(func(*acd.Tx) {})
			}
		})
	}
}
