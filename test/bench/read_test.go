package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A program's name may hold what separates the fields (proc(5)).
func TestReadStat(t *testing.T) {
	const line = "4711 (a (b) c) S 17 4711 4711 0 -1 4194304 9 9 0 0 30 12 5 6 20 0 1 0 100 0 0"
	p, ok := readStat(line)
	if !ok || p.name != "a (b) c" || p.pid != 4711 || p.parent != 17 || p.own != 42*clockTick || p.waited != 11*clockTick {
		t.Errorf("read %+v, %t", p, ok)
	}
	for _, text := range []string{"", "4711 a S 17", "4711 (a) S 17 4711"} {
		if _, ok := readStat(text); ok {
			t.Errorf("%q was read", text)
		}
	}
}

func TestReadSippsCounters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stat.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("StartTime;TotalCallCreated;FailedCall(C);Retransmissions(C);\n10:00;1;0;0;\n10:01;200;3;7;\n")
	var l loaded
	if err := l.read(path); err != nil || l.calls != 200 || l.failed != 3 || l.repeated != 7 {
		t.Errorf("read %+v, %v", l, err)
	}
	for _, text := range []string{"", "TotalCallCreated;\n", "TotalCallCreated;\nmany;\n"} {
		if write(text); new(loaded).read(path) == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestReadAMessageOfTheLine(t *testing.T) {
	const text = "SIP/2.0 200 OK\r\nTo: <sip:12349@127.0.0.1>;tag=abc\r\nCall-ID: x\r\n\r\nv=0\r\nm=audio 20100 RTP/AVP 8\r\n"
	if tag, id, port := toTag(text), header(text, "Call-ID"), audioPort(text); tag != ";tag=abc" || id != "x" || port != 20100 {
		t.Errorf("read tag %q, Call-ID %q, port %d", tag, id, port)
	}
	const bare = "SIP/2.0 100 Trying\r\nTo: <sip:12349@127.0.0.1>\r\n\r\n"
	if tag, id, port := toTag(bare), header(bare, "Call-ID"), audioPort(bare); tag != "" || id != "" || port != 0 {
		t.Errorf("read tag %q, Call-ID %q, port %d where there is none", tag, id, port)
	}
}
