package act

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// A private text hides from whatever prints, logs or encodes it.
func TestPrivate(t *testing.T) {
	p := Private("990101")
	held := struct{ P Private }{p}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "p", p, "held", held)
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%d", "%x"} {
		fmt.Fprintf(&b, verb+verb, p, held)
	}
	for _, v := range []any{p, held, []Private{p}, map[string]Private{"a": p}} {
		if err := json.NewEncoder(&b).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(b.String(), "990101") || strings.Contains(b.String(), fmt.Sprintf("%x", "990101")) {
		t.Errorf("came out in %s", b.String())
	}
	if string(p) != "990101" {
		t.Error("the way out is lost")
	}
}
