package acceptance

import (
	"net/http"
	"testing"

	"example.org/hotline/test/browser"
	"example.org/hotline/test/city"
)

// Every page that a role's menu leads to, and a ticket in the middle of its
// story, fits at the widths of a desk, a tablet and a phone, in both languages:
// nothing scrolls sideways, no item of a menu is cut, no key stands for words.
// What finds no room in the menu is reached by keyboard.
func TestPagesFit(t *testing.T) {
	t.Parallel()
	browser.ConsoleIsBuilt(t)
	c := city.Start(t, city.At(clock(1, "23:30:00")))
	ref := urgentCall(t, c)
	c.SetClock(clock(1, "23:44:00"))
	worker := c.As(c.OfferedTo(ref)[0])
	payout := helped(t, worker, ref, 800_00)
	id := worker.Ticket(ref)["id"].(string)
	c.SetClock(clock(2, "01:05:00"))
	worker.Post("/disbursements/"+payout+"/receipt", receipt(worker, id))
	c.Exec(`UPDATE staff SET role = 'system_admin' WHERE login = 'town6-worker2'`) // the demo city has none

	var people []map[string]any
	for _, login := range []string{"agent1", "supervisor", worker.Name, "town2-head", "county1-duty", "county1-finance", "city-duty", "village1-assistant", "town2-volunteer1", "agency1", "auditor", "town6-worker2"} {
		person := c.As(login)
		reads := person.Send("GET", "/tickets/"+id, nil).Status == http.StatusOK
		people = append(people, map[string]any{"login": login, "cookie": person.Cookie(), "ticket": map[bool]string{true: id}[reads]})
	}
	browser.Play(t, "fit.mjs", map[string]any{"api": c.API, "people": people, "pictures": t.ArtifactDir()},
		func(what string) any { t.Fatalf("the walk asks for %q", what); return nil })
}
