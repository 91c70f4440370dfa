// Package caller is a telephone of our own: it places one call over SIP and
// RTP, presses keys, plays and records sound, and tells what happened. `hotline
// call` and the tests use it; the line itself never does.
package caller
