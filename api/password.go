package api

import (
	"context"
	"fmt"
	"sync"

	"github.com/alexedwards/argon2id"
)

// HashPassword makes the text that staff.password_hash keeps.
func HashPassword(password string) (string, error) {
	hash, err := argon2id.CreateHash(password, &passwordCost)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// nobody is the hash that the password of an unknown login is compared with, so
// that the answer takes as long as for a known one.
var nobody = sync.OnceValues(func() (string, error) { return HashPassword("nobody's password") })

// verifier compares passwords, a few at a time: each takes 64 MiB.
type verifier struct{ slots chan struct{} }

func newVerifier() verifier { return verifier{slots: make(chan struct{}, 4)} }

// hash makes the text of a password that is kept; it waits for its turn as a comparison does.
func (v verifier) hash(ctx context.Context, password string) (string, error) {
	select {
	case v.slots <- struct{}{}:
		defer func() { <-v.slots }()
	case <-ctx.Done():
		return "", fmt.Errorf("hash a password: %w", ctx.Err())
	}
	return HashPassword(password)
}

// matches reports whether the password is the one behind the hash. An empty
// hash (no such login, or no password set) takes as long and never matches.
func (v verifier) matches(ctx context.Context, password, hash string) (bool, error) {
	select {
	case v.slots <- struct{}{}:
		defer func() { <-v.slots }()
	case <-ctx.Done():
		return false, fmt.Errorf("compare a password: %w", ctx.Err())
	}
	known := hash != ""
	if !known {
		var err error
		if hash, err = nobody(); err != nil {
			return false, err
		}
	}
	same, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return same && known, nil
}
