package acceptance

import (
	"testing"

	"example.org/hotline/test/browser"
	"example.org/hotline/test/city"
)

// A volunteer writes a report where there is no network, closes the page, opens it again and
// adds a photo; another signs in on the same phone, with the network back: there is one
// report, of its author, with the photo, and the other has read nothing of it.
func TestAReportWrittenWithoutANetwork(t *testing.T) {
	t.Parallel()
	browser.ConsoleIsBuilt(t)
	c := city.Start(t, city.At(clock(1, "10:00:00")))
	browser.Play(t, "offline_story.mjs", map[string]any{"api": c.API, "passwords": browser.Passwords(c), "pictures": t.ArtifactDir()}, func(what string) any {
		if what != "tickets" {
			t.Fatalf("the story asks for %q", what)
		}
		return map[string]any{"tickets": c.Count(`SELECT count(*) FROM reports`)}
	})
	for sql, want := range map[string]int{
		`SELECT count(*) FROM reports r JOIN staff s ON s.id = r.staff_id JOIN staff k ON k.id = r.carried_by
			WHERE s.login = 'town2-volunteer1' AND k.login = 'village1-assistant' AND r.written_at IS NOT NULL`: 1,
		`SELECT count(*) FROM report_pieces p JOIN reports r ON r.id = p.about AND r.ticket_id = p.ticket_id AND r.staff_id = p.staff_id WHERE p.kind = 'photo'`:    1,
		`SELECT count(*) FROM report_pieces p JOIN reports r ON r.id = p.about AND r.ticket_id = p.ticket_id AND r.staff_id = p.staff_id WHERE p.kind = 'addition'`: 1,
		`SELECT count(*) FROM reports`: 1,
	} {
		if n := c.Count(sql); n != want {
			t.Errorf("%d, want %d: %s", n, want, sql)
		}
	}
}
