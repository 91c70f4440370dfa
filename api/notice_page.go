package api

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/rule"
)

//go:embed notice
var noticeFiles embed.FS

var noticeTemplate = template.Must(template.ParseFS(noticeFiles, "notice/notice.html"))

// noticePage is what the page of a public notice shows; nothing else is handed to it.
type noticePage struct {
	ID, New                           string
	Gone, Thanks, Fault, Full         bool
	Head, Village, AidZh, AidEn, Yuan string
	StartsOn, EndsOn, Phone           string
	People                            int
}

// mountNotices serves the public notices, to anybody: whoever stands before the board
// reads the square code on it. A notice whose term is over is gone (410), and one that
// never was is not told from it by anything but that.
func (s *Server) mountNotices() {
	var gate feedGate
	guard := func(c *fiber.Ctx) error {
		if !gate.enter(c.IP(), time.Now()) { //nolint:forbidigo // a guard against floods runs in real time
			p := newProblem(http.StatusTooManyRequests, "too_many_requests", "This page was asked for too often from your address; try again in a minute.")
			p.retryAfter = time.Minute
			return p
		}
		return c.Next()
	}
	s.app.Get("/notices/notice.css", func(c *fiber.Ctx) error {
		css, err := noticeFiles.ReadFile("notice/notice.css")
		if err != nil {
			return fmt.Errorf("read the style of notices: %w", err)
		}
		return sendFile(c, "notice.css", css)
	})
	s.app.Get("/notices/:id", guard, func(c *fiber.Ctx) error {
		page, err := s.noticeFor(c.UserContext(), c.Params("id"))
		return sendNotice(c, page, err)
	})
	s.app.Post("/notices/:id/objections", guard, s.objectPublicly)
}

// noticeFor is what hangs, or that it does not any more.
func (s *Server) noticeFor(ctx context.Context, id string) (page noticePage, err error) {
	err = s.deps.Run(ctx, act.SystemPublic, func(tx Tx) error {
		n, village, err := tx.PublicNoticePage(ctx, id)
		if err != nil {
			return err
		}
		if !n.Public(tx.Now()) {
			page.Gone = true
			return nil
		}
		aid := s.aidNamed(n)
		page = noticePage{ID: n.PublicID, New: uuid.NewString(), Head: string(n.Head), Village: village, AidZh: aid.Zh, AidEn: aid.En, Yuan: ledger.Yuan(n.Fen),
			StartsOn: string(n.StartsOn), EndsOn: string(n.EndsOn), Phone: n.Phone, People: n.People}
		return nil
	})
	return page, err
}

// aidNamed is the aid of a notice in words, by the rules it was posted under.
func (s *Server) aidNamed(n application.PublicNotice) rule.Aid {
	if v, err := s.deps.Rules.Aids.Named(n.Rules); err == nil {
		if aid, err := v.Aid(n.Aid); err == nil {
			return aid
		}
	}
	return rule.Aid{Code: n.Aid, Zh: n.Aid, En: n.Aid}
}

// objectPublicly takes what somebody writes on the page, with a name or without.
func (s *Server) objectPublicly(c *fiber.Ctx) error {
	if err := s.checkOrigin(c); err != nil {
		return err
	}
	ctx, id := c.UserContext(), c.Params("id")
	taken := true
	err := s.deps.Run(ctx, act.SystemPublic, func(tx Tx) (err error) {
		_, taken, err = application.Object(ctx, tx, id, application.ObjectInput{PublicID: c.FormValue("id"), Text: c.FormValue("text"), Contact: c.FormValue("contact")}, s.aidRules())
		return err
	})
	switch {
	case err == nil && !taken:
		return sendNotice(c, noticePage{ID: id, New: uuid.NewString(), Full: true}, nil)
	case err == nil || errors.Is(err, act.ErrKeyReused): // sent twice by one page: it is there
		return sendNotice(c, noticePage{Thanks: true}, nil)
	case errors.Is(err, act.ErrRefused):
		return sendNotice(c, noticePage{Gone: true}, nil)
	case errors.Is(err, act.ErrInvalid):
		page, err := s.noticeFor(ctx, id)
		page.Fault = true
		return sendNotice(c, page, err)
	default:
		return err
	}
}

func sendNotice(c *fiber.Ctx, page noticePage, err error) error {
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := noticeTemplate.Execute(&out, page); err != nil {
		return fmt.Errorf("write a notice: %w", err)
	}
	status := http.StatusOK
	switch {
	case page.Gone:
		status = http.StatusGone
	case page.Fault:
		status = http.StatusUnprocessableEntity
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	return c.Status(status).Send(out.Bytes())
}
