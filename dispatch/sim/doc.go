// Package sim plays a city's calls on a virtual clock, to see whether its rosters
// and policy keep the promises.
//
// What is the program's own, and runs here as it runs in production: the birth of
// a ticket, the ladder and every other handler of timers (dispatch.Service), the
// commands of people (package ticket), the rosters (dispatch/duty), the policy and
// the calendar. What takes the place of PostgreSQL is Memory, which a test holds
// to the real store step by step. What is a model: when calls come, how agents,
// workers and supervisors behave, how long ways and decisions take.
// docs/simulation.md lists its assumptions.
//
// Run is a whole simulation. A History is something else: a short story full of
// faults, in which processes die between the steps of firing a timer and Redis
// loses, doubles and delays hints.
package sim
