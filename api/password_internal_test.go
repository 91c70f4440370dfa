package api

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestPasswords(t *testing.T) {
	hash, err := HashPassword("correct horse battery")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=65536,t=2,p=2$") {
		t.Fatalf("%q, %v", hash, err)
	}
	v := newVerifier()
	for _, tt := range []struct {
		name, password, hash string
		want                 bool
	}{
		{"right", "correct horse battery", hash, true},
		{"wrong", "correct horse", hash, false},
		{"empty", "", hash, false},
		{"no such login", "correct horse battery", "", false},
		{"what unknown logins are compared with", "nobody's password", "", false},
	} {
		if got, err := v.matches(t.Context(), tt.password, tt.hash); err != nil || got != tt.want {
			t.Errorf("%s: %v, %v", tt.name, got, err)
		}
	}
	if _, err := v.matches(t.Context(), "x", "not a hash"); err == nil {
		t.Error("a broken hash is no error")
	}
}

// While all slots are taken, a sign-in waits only as long as its request.
func TestPasswordSlots(t *testing.T) {
	v := newVerifier()
	for range cap(v.slots) {
		v.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := v.matches(ctx, "x", ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
