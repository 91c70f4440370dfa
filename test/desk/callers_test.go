package desk

import "testing"

// Who was not answered is rung back: once, and only where that is possible.
func TestWhoIsMissedIsRungBack(t *testing.T) {
	d := openDesks(t, "+8619900000021")
	d.play("missed.mjs")
	if n := d.c.Count(`SELECT count(*) FROM callbacks`); n != 2 {
		t.Errorf("%d call-backs, want one for each number that can be rung", n)
	}
}

// baresip, a telephone of another maker, and sipp call: the agent hears either's
// tone, and baresip's own recording has the agent's.
func TestOtherTelephonesTalkWithAnAgent(t *testing.T) {
	d := openDesks(t, "+8619900000021")
	d.play("phones.mjs")
}
