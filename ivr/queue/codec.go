package queue

import (
	"encoding/json"
	"strconv"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// Keys of the slate.
const (
	keyCaller = "c/" // by call
	keyAgent  = "a/" // by staff id
	keyTurn   = "r/" // by queue: whom round robin offered to last
	keyTally  = "t/" // by node and queue: the day's sums
	keyDeath  = "d/" // by node: others took it for dead and removed what it held
)

func callerKey(call ticket.CallID) string { return keyCaller + string(call) }

func agentKey(id area.StaffID) string { return keyAgent + strconv.FormatInt(int64(id), 10) }

func tallyKey(node, queue string) string { return keyTally + node + "/" + queue }

// encode turns changes into what is written on the slate.
func encode(ch acd.Changes) map[string]string {
	values := make(map[string]string, len(ch.Callers)+len(ch.Agents)+len(ch.Turns))
	for id, c := range ch.Callers {
		values[callerKey(id)] = ""
		if c != nil {
			values[callerKey(id)] = text(c)
		}
	}
	for id, a := range ch.Agents {
		values[agentKey(id)] = ""
		if a != nil {
			values[agentKey(id)] = text(a)
		}
	}
	for queue, last := range ch.Turns {
		values[keyTurn+queue] = strconv.FormatInt(int64(last), 10)
	}
	return values
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("queue: " + err.Error()) // plain values: nothing in them can fail
	}
	return string(b)
}

// sheet is what values of the slate say.
type sheet struct {
	changes acd.Changes
	tallies map[string]dayTally // by key
	deaths  map[string]bool     // by node
}

// decode reads values of the slate. What cannot be read is left out: another
// version wrote it, or nobody of ours.
func decode(values map[string]string) sheet {
	s := sheet{tallies: map[string]dayTally{}, deaths: map[string]bool{}, changes: acd.Changes{
		Callers: map[ticket.CallID]*acd.Caller{}, Agents: map[area.StaffID]*acd.Agent{}, Turns: map[string]area.StaffID{}}}
	for key, value := range values {
		if len(key) < 3 {
			continue
		}
		name := key[2:]
		switch key[:2] {
		case keyCaller:
			readInto(s.changes.Callers, ticket.CallID(name), value)
		case keyAgent:
			if id, err := strconv.ParseInt(name, 10, 64); err == nil {
				readInto(s.changes.Agents, area.StaffID(id), value)
			}
		case keyTurn:
			if id, err := strconv.ParseInt(value, 10, 64); err == nil {
				s.changes.Turns[name] = area.StaffID(id)
			}
		case keyTally:
			var t dayTally
			if json.Unmarshal([]byte(value), &t) == nil {
				s.tallies[key] = t
			}
		case keyDeath:
			s.deaths[name] = value != ""
		}
	}
	return s
}

func readInto[K comparable, V any](into map[K]*V, key K, value string) {
	if value == "" {
		into[key] = nil
		return
	}
	v := new(V)
	if json.Unmarshal([]byte(value), v) == nil {
		into[key] = v
	}
}

// nodeOfTally is the node in a tally's key.
func nodeOfTally(key string) string {
	node, _, _ := strings.Cut(strings.TrimPrefix(key, keyTally), "/")
	return node
}
