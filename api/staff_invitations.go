package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// invitationFor is how long a code for a first password is good.
const invitationFor = 7 * 24 * time.Hour

// shortestPassword is in characters.
const shortestPassword = 10

// Invitation is a code by which somebody gives themselves a password, once. It
// is shown this one time.
type Invitation struct {
	Login   string    `json:"login"`
	Code    string    `json:"code" doc:"Hand it over in person or by telephone; it is shown only now"`
	Expires time.Time `json:"expires"`
}

// codeHash is what is kept of a code, however it was typed.
func codeHash(code string) []byte {
	sum := sha256.Sum256([]byte(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return unicode.ToUpper(r)
	}, code)))
	return sum[:]
}

// invite hands out a code of 80 bits. Asked again it hands out another one, and
// the first is void: a code is kept nowhere, so none can be shown again.
func (s *Server) invite(ctx context.Context, tx Tx, in *StaffRef) (Invitation, error) {
	raw := make([]byte, 10)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	code := base32.StdEncoding.EncodeToString(raw)
	expires, err := tx.Invite(ctx, in.Login, codeHash(code), invitationFor)
	return Invitation{Login: in.Login, Code: code[:4] + "-" + code[4:8] + "-" + code[8:12] + "-" + code[12:], Expires: expires}, err
}

type acceptInvitationInput struct {
	Body struct {
		Code     string `json:"code" minLength:"16" maxLength:"40"`
		Password string `json:"password" minLength:"1" maxLength:"200" doc:"At least 10 characters, letters and digits among them, and not the login"`
	}
}

// Invited is whom a code has given a password.
type Invited struct {
	Login string `json:"login" doc:"By which they sign in from now on"`
}

type invitedOutput struct{ Body Invited }

// bindAcceptInvitation is POST /session/invitation. Whoever has the code needs
// no session; a code is too long to be guessed.
func bindAcceptInvitation(s *Server, r *route) {
	huma.Register(s.api, r.operation(), func(ctx context.Context, in *acceptInvitationInput) (*invitedOutput, error) {
		staff, err := s.acceptInvitation(ctx, in.Body.Code, in.Body.Password)
		if err != nil {
			return nil, s.refuse(ctx, r, err)
		}
		return &invitedOutput{Body: Invited{Login: staff.Login}}, nil
	})
}

func (s *Server) acceptInvitation(ctx context.Context, code, password string) (area.Staff, error) {
	hash := codeHash(code)
	staff, err := s.deps.Sessions.Invited(ctx, hash) // before the password is hashed, which costs
	if err != nil {
		return staff, invitationError(err)
	}
	if weak(password, staff.Login) {
		return staff, act.Invalid("password", "password_weak", "Choose at least 10 characters with letters and digits, and not the login.")
	}
	kept, err := s.verifier.hash(ctx, password)
	if err != nil {
		return staff, err
	}
	return staff, invitationError(s.deps.Sessions.AcceptInvitation(ctx, hash, kept))
}

// invitationError tells of a code that is good for nothing, and not why.
func invitationError(err error) error {
	if p := problemOf(err); err != nil && p.Status == http.StatusUnauthorized {
		return &act.Fault{Kind: act.ErrSignIn, Code: "invitation_void", Detail: "The code is wrong, was used, or is too old. Ask the security administrator for another one."}
	}
	return err
}

// weak reports whether a password is too easily guessed.
func weak(password, login string) bool {
	return utf8.RuneCountInString(password) < shortestPassword || !strings.ContainsFunc(password, unicode.IsLetter) || !strings.ContainsFunc(password, unicode.IsDigit) ||
		strings.Contains(strings.ToLower(password), login)
}
