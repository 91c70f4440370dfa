package acceptance

import (
	"testing"

	"example.org/hotline/test/browser"
	"example.org/hotline/test/city"
)

// A worker takes one household through the pages, from its registration over the
// declaration, the visit of two and the arithmetic to the public notice that hangs.
func TestAnApplicationGoesThroughThePagesToItsNotice(t *testing.T) {
	t.Parallel()
	browser.ConsoleIsBuilt(t)
	c := city.Start(t, city.At(clock(1, "10:00:00")))
	browser.Play(t, "aid_story.mjs", map[string]any{"api": c.API, "passwords": browser.Passwords(c), "pictures": t.ArtifactDir()}, func(what string) any {
		if what != "who was asked" {
			t.Fatalf("the story asks for %q", what)
		}
		var number, login string
		c.Until("a worker of the township is offered what was reported", func() bool {
			return c.TryQuery(`SELECT t.number, s.login FROM offers o JOIN tickets t ON t.id = o.ticket_id JOIN reports r ON r.ticket_id = t.id
				JOIN staff s ON s.post_id = o.post_id ORDER BY o.id LIMIT 1`, nil, &number, &login) == nil
		})
		return map[string]any{"number": number, "worker": login}
	})
	if n := c.Count(`SELECT count(*) FROM applications a JOIN public_notices n ON n.application_id = a.id JOIN rulings r ON r.id = n.ruling_id
		WHERE a.state = 'notice' AND n.state = 'posted' AND r.state = 'proposed' AND r.fen = 162000`); n != 1 {
		t.Errorf("%d notices hang with four times 360.00 a month and a tenth of the standard more for each child", n)
	}
}
