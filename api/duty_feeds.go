package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
)

// Bounds of feeds. A calendar program asks every quarter of an hour or so; an
// office of many behind one address still gets through.
const (
	feedBehind  = 7   // days that a feed reaches back
	feedAhead   = 90  // days that it reaches ahead
	feedsMinute = 120 // readings from one address in a minute
)

// FeedAddress is the address of your own calendar. It is shown this once.
type FeedAddress struct {
	Path string `json:"path" doc:"On this server; whoever has it reads your shifts, so keep it to yourself"`
}

func (s *Server) openFeed(ctx context.Context, tx Tx, _ *struct{}) (FeedAddress, error) {
	token := make([]byte, 24)
	_, _ = rand.Read(token) // never fails (crypto/rand)
	text := tokenText(token)
	return FeedAddress{Path: base + "/duty/feeds/" + text + ".ics"}, tx.OpenFeed(ctx, tokenHash(text))
}

func (s *Server) closeFeed(ctx context.Context, tx Tx, _ *struct{}) (Done, error) {
	return Done{Done: true}, tx.CloseFeed(ctx)
}

// feedToken is the form of a token; anything else is not asked of the database.
var feedToken = regexp.MustCompile(`^[A-Za-z0-9_-]{32}$`)

// bindFeed serves a calendar to whoever knows its address: a calendar program
// has no session. It shows one person's shifts with the posts and nothing else,
// and an address that is no longer is answered like one that never was.
func bindFeed(s *Server, r *route) {
	var gate feedGate
	s.app.Add(r.method, fiberPath(r.path), func(c *fiber.Ctx) error {
		if !gate.enter(c.IP(), time.Now()) { //nolint:forbidigo // a guard against floods runs in real time
			return tooManyReadings()
		}
		token := c.Params("token")
		if !feedToken.MatchString(token) {
			return act.NotFound("feed")
		}
		var out bytes.Buffer
		err := s.deps.Run(c.UserContext(), act.SystemConsole, func(tx Tx) error {
			staff, err := tx.FeedReader(c.UserContext(), tokenHash(token))
			if err != nil {
				return err
			}
			return s.writeFeed(c.UserContext(), tx, staff, &out)
		})
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
		c.Set(fiber.HeaderContentDisposition, `inline; filename="duty.ics"`)
		return c.Send(out.Bytes())
	})
	op := r.operation()
	op.Parameters = append(op.Parameters, &huma.Param{Name: "token", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Pattern: feedToken.String()}})
	op.Responses = map[string]*huma.Response{
		"200":     {Description: "The calendar", Content: map[string]*huma.MediaType{"text/calendar": {Schema: &huma.Schema{Type: huma.TypeString}}}},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{problemType: {Schema: s.schemaOf(Problem{})}}},
	}
	s.api.OpenAPI().AddOperation(&op)
}

// feedGate counts readings by address, a minute at a time. Safe for concurrent use.
type feedGate struct {
	mu    sync.Mutex
	began time.Time
	from  map[string]int
}

// enter reports whether an address may read once more. With a new minute
// everybody begins anew, so that the table never grows beyond one minute's addresses.
func (g *feedGate) enter(address string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.from == nil || now.Sub(g.began) >= time.Minute {
		g.began, g.from = now, map[string]int{}
	}
	g.from[address]++
	return g.from[address] <= feedsMinute
}

func tooManyReadings() error {
	p := newProblem(http.StatusTooManyRequests, "too_many_requests", "Calendars were read too often from your address; try again in a minute.")
	p.retryAfter = time.Minute
	return p
}

// writeFeed writes somebody's shifts of the last days and the next.
func (s *Server) writeFeed(ctx context.Context, tx Tx, staff area.Staff, out *bytes.Buffer) error {
	now := tx.Now().UTC()
	from, to := now.AddDate(0, 0, -feedBehind), now.AddDate(0, 0, feedAhead)
	keys, err := tx.RostersOf(ctx, staff.PostID, from, to)
	if err != nil {
		return err
	}
	schedules, err := s.schedules(ctx, tx, keys, from, to)
	if err != nil {
		return err
	}
	feed := duty.Feed{Name: staff.Name + " 值班", At: now}
	for _, schedule := range schedules {
		k := schedule.Key()
		part := duty.FeedPart{Key: k, Summary: func(span duty.Span) string {
			return s.placeName(k.Area) + postNames[k.Role] + "值班 第" + ordinals[span.Position] + "顺位 " + span.Name
		}}
		for _, shift := range s.shiftsOf(staff.PostID, []*duty.Schedule{schedule}, from, to) {
			part.Spans = append(part.Spans, shift.Span)
		}
		feed.Parts = append(feed.Parts, part)
	}
	return duty.WriteICal(out, feed)
}

// postNames are the roles with a duty as a calendar names them; calendars are
// read outside the console, which holds the words of both languages.
var postNames = map[area.Role]string{
	area.RoleWorker: "经办人", area.RoleTownshipHead: "负责人", area.RoleCountyDuty: "县级", area.RoleCountyFinance: "县级财务",
	area.RoleCityDuty: "市级", area.RoleCityHead: "市级负责人", area.RoleSupervisor: "话务主管",
}

// ordinals are positions in words, by number.
var ordinals = [...]string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
