package acceptance

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"example.org/hotline/test/browser"
	"example.org/hotline/test/city"
)

// onDuty lists the logins of a township's workers on duty, who is asked first first.
func onDuty(c *city.City, as, township string, at time.Time) (logins []string) {
	c.T.Helper()
	q := url.Values{"area": {township}, "role": {"worker"}, "from": {at.Format(time.RFC3339)}, "to": {at.Add(time.Minute).Format(time.RFC3339)}}
	items, ok := c.As(as).Get("/duty/calendar?" + q.Encode()).Body["items"].([]any)
	if !ok {
		c.T.Fatalf("no calendar of %s", township)
	}
	slices.SortStableFunc(items, func(a, b any) int { return int(position(a) - position(b)) })
	for _, i := range items {
		logins = append(logins, fmt.Sprint(i.(map[string]any)["login"]))
	}
	return logins
}

func position(item any) float64 { n, _ := item.(map[string]any)["position"].(float64); return n }

// The head of a township enters a leave on the calendar and who serves instead;
// the calendar shows the swap and why, and the next call's offer goes to the
// substitute.
func TestAHeadEntersALeave(t *testing.T) {
	t.Parallel()
	browser.ConsoleIsBuilt(t)
	const stoneBridge = "990101101000"
	c := city.Start(t, city.At(clock(1, "23:30:00")))
	before := onDuty(c, "town2-head", stoneBridge, clock(1, "23:31:00"))
	if len(before) != 2 {
		t.Fatalf("on duty: %v", before)
	}
	var names []string
	c.Query(`SELECT array_agg(name ORDER BY array_position($1, login)) FROM staff WHERE login = ANY($1)`, []any{before}, &names)
	browser.Play(t, "duty_story.mjs", map[string]any{"api": c.API, "passwords": browser.Passwords(c), "first": names[0], "substitute": names[1], "login": before[1],
		"pictures": t.ArtifactDir()},
		func(what string) any { t.Fatalf("the story asks for %q", what); return nil })
	if after := onDuty(c, "town2-head", stoneBridge, clock(1, "23:39:00")); slices.Contains(after, before[0]) || !slices.Contains(after, before[1]) {
		t.Errorf("on duty now: %v, before: %v", after, before)
	}
	ref := urgentCall(t, c)
	if offered := c.OfferedTo(ref); offered[0] != before[1] {
		t.Errorf("the call is offered to %v, want %s", offered, before[1])
	}
}
