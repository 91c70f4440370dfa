package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func testRing(t interface{ Fatal(...any) }, versions ...int) *Keyring {
	keys := map[int][]byte{}
	for _, v := range versions {
		keys[v] = bytes.Repeat([]byte{byte(v)}, masterLen)
	}
	ring, err := NewKeyring(keys)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestSealOpens(t *testing.T) {
	ring := testRing(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		context := rapid.String().Draw(t, "context")
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed, err := ring.Seal(context, plain)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ring.Open(context, sealed); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("Open = %x, %v", got, err)
		}
		if _, err := ring.Open(context+"x", sealed); !errors.Is(err, ErrTampered) {
			t.Fatalf("Open under another context: %v, want ErrTampered", err)
		}
		flipped := bytes.Clone(sealed)
		flipped[rapid.IntRange(0, len(sealed)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := ring.Open(context, flipped); !errors.Is(err, ErrTampered) && !errors.Is(err, ErrUnknownKey) {
			t.Fatalf("Open of a flipped bit: %v", err)
		}
		if _, err := ring.Open(context, sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")]); err == nil {
			t.Fatal("Open of a cut value succeeded")
		}
	})
}

// TestVersionInHeaderIsBound swaps the version of the header for another that is
// on the ring as well: both keys exist, and still it must not open.
func TestVersionInHeaderIsBound(t *testing.T) {
	ring := testRing(t, 1, 2)
	sealed, err := ring.Seal("c", []byte("x"))
	if err != nil || SealedVersion(sealed) != 2 {
		t.Fatalf("Seal: version %d, %v; want 2", SealedVersion(sealed), err)
	}
	sealed[2] = 1
	if _, err := ring.Open("c", sealed); !errors.Is(err, ErrTampered) {
		t.Errorf("Open = %v, want ErrTampered", err)
	}
}

func TestIndexAndMACSurviveRotation(t *testing.T) {
	before, after := testRing(t, 1), testRing(t, 1, 2)
	if !bytes.Equal(before.Index("persons.id", "x"), after.Index("persons.id", "x")) {
		t.Error("the blind index changed with a new key version")
	}
	if !bytes.Equal(before.MAC("audit", []byte("x")), after.MAC("audit", []byte("x"))) {
		t.Error("the MAC changed with a new key version")
	}
	if bytes.Equal(before.Index("persons.id", "x"), before.Index("persons.phone", "x")) {
		t.Error("two columns share an index key")
	}
	if bytes.Equal(before.MAC("audit", []byte("ab"), []byte("c")), before.MAC("audit", []byte("a"), []byte("bc"))) {
		t.Error("moving a boundary between parts did not change the MAC")
	}
	if n := len(before.Index("c", "x")); n != 16 {
		t.Errorf("index of %d bytes, want 16", n)
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	if err := Generate(path); err != nil {
		t.Fatal(err)
	}
	if err := Generate(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second Generate: %v, want ErrExist", err)
	}
	ring, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := ring.Seal("c", []byte("before"))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := Rotate(path); err != nil || v != 2 {
		t.Fatalf("Rotate = %d, %v; want 2", v, err)
	}
	rotated, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := rotated.Open("c", sealed); err != nil || string(got) != "before" {
		t.Errorf("Open of a value sealed before the rotation: %q, %v", got, err)
	}
	fresh, err := rotated.Seal("c", nil)
	if err != nil || SealedVersion(fresh) != 2 {
		t.Errorf("Seal after the rotation used version %d, %v", SealedVersion(fresh), err)
	}
	if _, err := ring.Open("c", fresh); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("Open with the old ring: %v, want ErrUnknownKey", err)
	}
}

func TestKeyFileFaults(t *testing.T) {
	dir := t.TempDir()
	key := "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	tests := []struct {
		name, text string
		mode       os.FileMode
		want       string
	}{
		{"open to the group", "1 " + key, 0o640, "chmod"},
		{"executable", "1 " + key, 0o700, "chmod"},
		{"empty", "# nothing\n", 0o600, "no key"},
		{"short key", "1 c2hvcnQ=", 0o600, ":1:"},
		{"bad version on line 2", "1 " + key + "\nx " + key, 0o400, ":2:"},
		{"same version twice", "1 " + key + "\n1 " + key, 0o600, "twice"},
		{"three words", "1 2 " + key, 0o600, "VERSION BASE64"},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(dir, fmt.Sprint(i))
			if err := os.WriteFile(path, []byte(tt.text), tt.mode); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path)
			if !errors.Is(err, ErrKeyFile) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Load = %v, want ErrKeyFile with %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), key) {
				t.Errorf("the error repeats the key: %v", err)
			}
		})
	}
}

func TestSensitiveNeverShows(t *testing.T) {
	secret := Sensitive("990101199001011234")
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "id", secret, "in", struct{ ID Sensitive }{secret})
	asJSON, err := json.Marshal([]any{secret, struct{ ID Sensitive }{secret}})
	if err != nil {
		t.Fatal(err)
	}
	shown := logged.String() + string(asJSON) + fmt.Sprintf("%s %v %+v %#v %q %x %d", secret, secret, struct{ ID Sensitive }{secret}, secret, secret, secret, secret)
	if strings.Contains(shown, "1990") {
		t.Errorf("a sensitive text showed: %s", shown)
	}
}
