package relief

import "testing"

func TestParts(t *testing.T) {
	for _, tt := range []struct {
		size, part int64
		parts      int
		last       int64
	}{{1, 200_000, 1, 1}, {200_000, 200_000, 1, 200_000}, {200_001, 200_000, 2, 1}, {MaxUpload, 16_000, 656, MaxUpload - 655*16_000}} {
		u := Upload{Size: tt.size, PartSize: tt.part}
		if u.Parts() != tt.parts || u.partLen(tt.parts) != tt.last {
			t.Errorf("%d bytes by %d: %d parts, the last of %d", tt.size, tt.part, u.Parts(), u.partLen(u.Parts()))
		}
		if missing := u.Missing([]int{1}); len(missing) != tt.parts-1 {
			t.Errorf("missing %v", missing)
		}
	}
}

func TestKindOf(t *testing.T) {
	for content, want := range map[string]string{"\xFF\xD8\xFF\xE0": "image/jpeg", "\x89PNG\r\n\x1A\nrest": "image/png", "RIFF\x00\x00\x00\x00WEBPVP8 ": "image/webp",
		"RIFF\x00\x00\x00\x00WAVEfmt ": "", "GIF89a": "", "<svg": "", "": ""} {
		if got := kindOf([]byte(content)); got != want {
			t.Errorf("%q is %q, want %q", content, got, want)
		}
	}
}
