package localservers

import (
	"net"
	"strconv"
	"testing"
)

// Many ports are chosen before any is listened on: none comes up twice.
func TestNoPortIsChosenTwice(t *testing.T) {
	seen := map[int]bool{}
	for range 400 {
		port, err := FreePort()
		if err != nil {
			t.Fatal(err)
		}
		if seen[port] {
			t.Fatalf("port %d was chosen twice", port)
		}
		seen[port] = true
	}
}

// What another process has chosen is its own, before it listens there.
func TestAPortOfAnotherProcessIsLeftToIt(t *testing.T) {
	port, err := FreePort()
	if err != nil {
		t.Fatal(err)
	}
	theirs := port + 20000 // outside what is chosen from
	sign, err := net.Listen("unix", "@hotline-port-"+strconv.Itoa(theirs))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sign.Close() }()
	if got, err := choosePort(theirs); err != nil || got == theirs {
		t.Errorf("another process holds %d, and %d was chosen (%v)", theirs, got, err)
	}
	if got, err := choosePort(port); err != nil || got != port {
		t.Errorf("our own %d was given back as %d (%v): a server that starts again keeps its port", port, got, err)
	}
}
