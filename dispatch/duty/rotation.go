package duty

import "time"

// rotation is a Rotation made ready to answer.
type rotation struct {
	Rotation
	loc    *time.Location
	anchor wall
}

// startWall is the wall time at which a turn begins.
func (r rotation) startWall(turn int64) wall {
	n := turn * int64(r.Length)
	switch r.Unit {
	case Hourly:
		return r.anchor + wall(n*60)
	case Weekly:
		return r.anchor + wall(n*7*dayMinutes)
	case Monthly:
		return r.anchor.addMonths(n)
	default:
		return r.anchor + wall(n*dayMinutes)
	}
}

func (r rotation) start(turn int64) time.Time { return r.startWall(turn).in(r.loc) }

// turnAt is the last turn that has begun at t. Where the clocks are put forward
// over a whole turn, it is the one after that.
func (r rotation) turnAt(t time.Time) int64 {
	passed := int64(wallOf(t, r.loc) - r.anchor)
	var turn int64
	switch r.Unit {
	case Hourly:
		turn = floorDiv(passed, 60*int64(r.Length))
	case Weekly:
		turn = floorDiv(passed, 7*dayMinutes*int64(r.Length))
	case Monthly:
		at, from := wallOf(t, r.loc).utc(), r.anchor.utc()
		turn = floorDiv(int64((at.Year()-from.Year())*12+int(at.Month())-int(from.Month())), int64(r.Length))
	default:
		turn = floorDiv(passed, dayMinutes*int64(r.Length))
	}
	for r.start(turn).After(t) { // the estimate is off by one at the end of a month and where the clocks change
		turn--
	}
	for !r.start(turn + 1).After(t) {
		turn++
	}
	return turn
}

// member is who has a turn, or stands ahead of whoever has it.
func (r rotation) member(turn int64, ahead int) Post {
	return r.Members[floorMod(turn+int64(ahead), int64(len(r.Members)))]
}
