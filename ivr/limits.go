package ivr

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxSources bounds the buckets kept; a listed network may be large. When full,
// idle buckets go, and if none is idle strangers share one.
const maxSources = 4096

// packetLimits is a token bucket for all messages and one for each address. A
// refused datagram is as one lost on the way: the sender repeats it.
type packetLimits struct {
	all       *rate.Limiter
	perSource rate.Limit

	mu      sync.Mutex
	sources map[netip.Addr]*rate.Limiter
	shared  *rate.Limiter
}

func newPacketLimits(all, perSource float64) *packetLimits {
	return &packetLimits{all: bucket(all), perSource: rate.Limit(perSource),
		sources: map[netip.Addr]*rate.Limiter{}, shared: bucket(perSource)}
}

// bucket holds one second's worth: trunks send in bursts.
func bucket(perSecond float64) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond)))
}

// allow takes a token for one message. The source is asked first, so that one
// address cannot use up what belongs to all.
func (l *packetLimits) allow(src netip.Addr, now time.Time) bool {
	return l.source(src, now).AllowN(now, 1) && l.all.AllowN(now, 1)
}

func (l *packetLimits) source(src netip.Addr, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.sources[src]; ok {
		return b
	}
	if len(l.sources) >= maxSources {
		for addr, b := range l.sources {
			if b.TokensAt(now) >= float64(b.Burst()) {
				delete(l.sources, addr)
			}
		}
	}
	if len(l.sources) >= maxSources {
		return l.shared
	}
	b := bucket(float64(l.perSource))
	l.sources[src] = b
	return b
}
