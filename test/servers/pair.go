package servers

import (
	"context"
	"testing"

	"example.org/hotline/internal/localservers"
)

// Pair starts a PostgreSQL with a standby for this test alone. They end with the test.
func Pair(t testing.TB) *localservers.PostgresPair {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	pair, err := localservers.StartPostgresPair(ctx, Folder(t))
	if err != nil {
		t.Fatalf("start private servers: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startLimit)
		defer cancel()
		if err := pair.Stop(ctx); err != nil {
			t.Errorf("stop private servers: %v", err)
		}
	})
	return pair
}
