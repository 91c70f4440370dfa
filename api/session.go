package api

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// The lock-out: so many failures of one login within the window, and it waits.
const (
	signInFailures = 5
	signInWindow   = 15 * time.Minute
)

// Me is who is signed in, and what their role may do.
type Me struct {
	Login    string    `json:"login"`
	Name     string    `json:"name"`
	Role     area.Role `json:"role"`
	Area     area.Code `json:"area"`
	AreaName string    `json:"area_name"`
	Post     string    `json:"post" doc:"Name of your own post"`
	Acts     []string  `json:"acts" doc:"What your role may do somewhere; a ticket lists what you may do on it now"`
}

type signInInput struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"100"`
		Password string `json:"password" minLength:"1" maxLength:"200"`
	}
}

type sessionOutput struct {
	Cookie string `header:"Set-Cookie"`
	Body   Me
}

// bindSignIn is POST /session. It has no session and no transaction of a person.
func bindSignIn(s *Server, r *route) {
	huma.Register(s.api, r.operation(), func(ctx context.Context, in *signInInput) (*sessionOutput, error) {
		staff, token, err := s.signIn(ctx, in.Body.Login, in.Body.Password)
		if err != nil {
			return nil, s.refuse(ctx, r, err)
		}
		out := &sessionOutput{Cookie: s.cookie(tokenText(token), 0)}
		err = s.deps.Run(ctx, actorOf(staff), func(tx Tx) (err error) {
			out.Body, err = s.me(ctx, tx, staff)
			return err
		})
		if err != nil {
			return nil, s.refuse(ctx, r, err)
		}
		return out, nil
	})
}

// signIn compares a password and opens a session.
func (s *Server) signIn(ctx context.Context, login, password string) (area.Staff, []byte, error) {
	staff, ok, err := s.checkPassword(ctx, login, password)
	if err == nil && !ok {
		err = &act.Fault{Kind: act.ErrSignIn, Code: "sign_in_failed", Detail: "Name or password is wrong."}
	}
	if err != nil {
		return area.Staff{}, nil, err
	}
	token := make([]byte, 32)
	_, _ = rand.Read(token) // never fails since Go 1.24
	if err := s.deps.Sessions.OpenSession(ctx, staff, tokenHash(tokenText(token))); err != nil {
		return area.Staff{}, nil, err
	}
	return staff, token, nil
}

// checkPassword compares a password. Whether the login or the password was wrong is
// not told, not even by the time it takes; too many failures of a login are a lock-out.
func (s *Server) checkPassword(ctx context.Context, login, password string) (staff area.Staff, ok bool, err error) {
	staff, hash, wait, err := s.deps.Sessions.BeginSignIn(ctx, login, signInFailures, signInWindow)
	if err != nil {
		return area.Staff{}, false, err
	}
	if wait > 0 {
		p := newProblem(http.StatusTooManyRequests, "locked_out", "Too many sign-ins of this name have failed; wait as long as Retry-After says.")
		p.retryAfter = wait
		return area.Staff{}, false, p
	}
	ok, err = s.verifier.matches(ctx, password, hash)
	if err == nil && !ok && staff.ID != 0 {
		err = s.deps.Sessions.RefuseSession(ctx, staff)
	}
	return staff, ok, err
}

type proofInput struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"200"`
	}
}

// bindProof is POST /session/proof. A wrong password leaves the session as it is.
func bindProof(s *Server, r *route) {
	huma.Register(s.api, r.operation(), func(ctx context.Context, in *proofInput) (*struct{}, error) {
		req := requestOf(ctx)
		_, ok, err := s.checkPassword(ctx, req.staff.Login, in.Body.Password)
		if err == nil && !ok {
			err = act.Invalid("password", "password_wrong", "The password is wrong. You stay signed in; nothing was done.")
		}
		if err == nil {
			err = s.deps.Sessions.ProveSession(ctx, req.staff, req.token)
		}
		if err != nil {
			return nil, s.refuse(ctx, r, err)
		}
		return nil, nil
	})
}

// getSession is GET /session.
func (s *Server) getSession(ctx context.Context, tx Tx, _ *struct{}) (Me, error) {
	return s.me(ctx, tx, requestOf(ctx).staff)
}

func (s *Server) me(ctx context.Context, tx Tx, staff area.Staff) (Me, error) {
	place, err := tx.Division(ctx, staff.Area)
	if err != nil {
		return Me{}, fmt.Errorf("name the area of %s: %w", staff.Login, err)
	}
	post, err := tx.Post(ctx, staff.PostID)
	if err != nil {
		return Me{}, fmt.Errorf("name the post of %s: %w", staff.Login, err)
	}
	return Me{Login: staff.Login, Name: staff.Name, Role: staff.Role, Area: staff.Area, AreaName: place.Name, Post: post.Name,
		Acts: s.actsOfRole(staff.Role)}, nil
}

type signOutOutput struct {
	Cookie string `header:"Set-Cookie"`
}

// bindSignOut is DELETE /session. The session's streams and sockets end with it.
func bindSignOut(s *Server, r *route) {
	huma.Register(s.api, r.operation(), func(ctx context.Context, _ *struct{}) (*signOutOutput, error) {
		req := requestOf(ctx)
		if err := s.deps.Sessions.CloseSession(ctx, req.staff, req.token); err != nil {
			return nil, s.refuse(ctx, r, err)
		}
		s.hub.wake()
		s.sockets.revoke(req.token)
		return &signOutOutput{Cookie: s.cookie("", -time.Second)}, nil
	})
}

// cookieName carries the prefix that browsers enforce where they can: __Host-
// wants Secure, which plain http on loopback has not.
func (s *Server) cookieName() string {
	if s.overHTTPS() {
		return "__Host-hotline_session"
	}
	return "hotline_session"
}

// cookie lasts as long as the browser is open, unless an age is set; how long it
// is worth anything, the server decides.
func (s *Server) cookie(value string, age time.Duration) string {
	//nolint:gosec // Secure wherever there is https; plain http is for loopback
	c := http.Cookie{Name: s.cookieName(), Value: value, Path: "/", MaxAge: int(age / time.Second), HttpOnly: true,
		Secure: s.overHTTPS(), SameSite: http.SameSiteStrictMode}
	return c.String()
}
