// Package api is the door for people and programs: JSON over HTTP on Fiber,
// with the OpenAPI document generated from the handlers by huma.
//
// Read it in the order in which a request travels:
//
//	server.go       the Fiber application, its limits, its start and its stop
//	guard.go        who asks: cookie, origin, role, Idempotency-Key
//	routes.go       the one table of routes: method, path, who may, which handler
//	bind.go         a handler becomes a route: reads, and acts with their kept answers
//	tickets.go …    the handlers, a few lines each: the rules live in ticket, relief and ledger
//	problem.go      the one place where an error becomes a status
//	events.go       live events (SSE)
//	softphone.go    the agents' WebSocket, a pipe to the phone side
//
// A route without a session is one that says so; a role that may not use a
// route is told 404, as is whoever asks for another township's ticket. Below
// all this, row level security of the database decides again.
package api
