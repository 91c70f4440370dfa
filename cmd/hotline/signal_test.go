package main

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// The second Ctrl-C ends the program even where the shell had it ignore SIGINT,
// as it does for what a script starts in the background.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	signal.Ignore(syscall.SIGINT)
	exited := make(chan int, 1)
	ctx := untilSignalled(func(status int) { exited <- status })
	for _, want := range []<-chan struct{}{ctx.Done(), nil} {
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		if want != nil {
			<-want
		}
	}
	select {
	case status := <-exited:
		if status != 130 {
			t.Errorf("status %d", status)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the second signal was ignored")
	}
}

func TestClockFlags(t *testing.T) {
	for _, o := range []devOptions{{scale: -1}, {scale: 1001}, {at: "tomorrow"}, {at: "2026-10-01 23:40"}} {
		if _, err := o.move(); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
	if move, err := (devOptions{}).move(); err != nil || move != nil {
		t.Errorf("no flags: %v", err)
	}
	now := time.Date(2026, 10, 1, 15, 40, 0, 0, time.UTC)
	move, err := devOptions{at: "2026-10-02T01:05:00+08:00", scale: 60}.move()
	if err != nil {
		t.Fatal(err)
	}
	if at, scale := move(now, 1); !at.Equal(now.Add(85*time.Minute)) || scale != 60 {
		t.Errorf("moved to %s, %g times", at, scale)
	}
}
