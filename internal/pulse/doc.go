// Package pulse is Redis: what makes the line fast and spreads it over nodes,
// and nothing that may not be lost. It holds a wake-up index of timers and
// carries wake-ups between processes. PostgreSQL decides; Redis hints.
//
// It is the only place that knows go-redis. Every method returns quickly when
// Redis is away: with ErrDown, or having done the local half of its work.
package pulse
