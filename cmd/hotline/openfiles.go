package main

import (
	"log/slog"
	"math"
	"syscall"
)

// Open files of the process: those of a call, two sockets and a recording for each
// of its two sides, and what the rest of the program needs whatever the calls do:
// the journal, the ticket numbers, connections, recordings that wait for the disk.
const (
	filesPerCall = 6
	otherFiles   = 1024
)

// fitCalls bounds calls at once by what the process may open. Without it a flood
// that a slow disk holds up would use up the files with which the journal keeps
// the calls; above the bound a call is refused, and is a ticket all the same.
func fitCalls(calls, openFiles int) int {
	return min(calls, max(1, (openFiles-otherFiles)/filesPerCall))
}

// openFiles is how many files the process may have open.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(limit.Cur)
}

// fittingCalls is fitCalls for this process; it says where it lowers a setting.
func fittingCalls(calls int, log *slog.Logger) int {
	files := openFiles()
	fitting := fitCalls(calls, files)
	if fitting < calls {
		log.Warn("sip.max_calls is more than the open files of this process allow; fewer calls are taken at once. Raise LimitNOFILE in the unit",
			"max_calls", calls, "taken", fitting, "open_files", files, "needed", calls*filesPerCall+otherFiles)
	}
	return fitting
}
