package acceptance

import (
	"testing"

	"example.org/hotline/test/browser"
	"example.org/hotline/test/city"
)

// Those outside the offices, each on a phone: a volunteer reports a household,
// which the township's worker is asked about like a call; the county opens the
// ticket to somebody of an agency, who reports back with a photo; a new assistant
// is added, gets a code, sets a password by it and signs in.
func TestPeopleOfTheVillageAndOfAnAgency(t *testing.T) {
	t.Parallel()
	browser.ConsoleIsBuilt(t)
	c := city.Start(t, city.At(clock(1, "10:00:00")))
	// Administrators are made where the line is run; they get the password of somebody who has one.
	for login, role := range map[string]string{"keeper": "system_admin", "guard": "security_admin"} {
		c.Exec(`WITH p AS (INSERT INTO posts (kind, area_code, role, name) VALUES ('person', '990100000000', $2, $1) RETURNING id)
			INSERT INTO staff (post_id, login, name, role, area_code, password_hash) SELECT p.id, $1, $1, $2, '990100000000', s.password_hash FROM p, staff s WHERE s.login = 'agent1'`, login, role)
	}
	known := browser.Passwords(c)
	known["keeper"], known["guard"] = known["agent1"], known["agent1"]
	browser.Play(t, "people_story.mjs", map[string]any{"api": c.API, "passwords": known, "pictures": t.ArtifactDir()}, func(what string) any {
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
	if n := c.Count(`SELECT count(*) FROM deliveries d JOIN notices n ON n.id = d.notice_id JOIN tickets t ON t.id = n.ticket_id
		JOIN posts p ON p.id = n.post_id WHERE n.template = 'agency_reported' AND p.id = t.owner_id`); n == 0 {
		t.Error("the ticket's owner was not told of the agency's report")
	}
}
