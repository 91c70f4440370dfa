package flow

import (
	"reflect"
	"testing"
	"time"

	"example.org/hotline/ticket"
)

func ptr[T any](v T) *T { return &v }

// line is a small flow with the shape of the shipped one.
func line() Source {
	return Source{
		Version: "test-1", Numbers: []string{"12349"}, Start: "wait", AfterAnswer: "survey",
		Nodes: map[string]*NodeSource{
			"wait": {Queue: &queueNode{Name: "aid", Opening: []string{"greeting"}, Music: "music", MaxWait: time.Minute,
				Keys: choices{'1': "urgent", '2': "confirm"}, Timeout: "duty", NoAgent: "duty",
				Announcements: []announcementNode{{After: 15 * time.Second, Prompts: []string{"choices"}}}}},
			"urgent": {Set: &setNode{Priority: ticket.P1, Next: "back"}},
			"back":   {Resume: &resumeNode{Queue: "wait", Prompts: []string{"one_pressed"}}},
			"confirm": {Menu: &menuNode{Prompts: []string{"confirm"}, Choices: choices{'1': "promise"}, Timeout: 5 * time.Second,
				Retries: ptr(1), Wrong: []string{"wrong"}, Silent: []string{"silent"}, Otherwise: "wait"}},
			"promise": {Callback: &callbackNode{Prompts: []string{"promised"}, Next: "number", Failed: "mail"}},
			"duty":    {Ring: &ringNode{Duty: []string{"township", "county"}, Each: 30 * time.Second, Music: "music", Nobody: "mail"}},
			"mail":    {Voicemail: &voicemailNode{Prompts: []string{"leave"}, Longest: 2 * time.Minute, Silence: 5 * time.Second, Next: "number"}},
			"survey":  {Survey: &surveyNode{Prompts: []string{"ask"}, Timeout: 8 * time.Second, Next: "number"}},
			"number":  {Say: &sayNode{What: "ticket", Before: []string{"number_is"}, Again: []string{"again"}, Times: 2, Next: "bye"}},
			"bye":     {Hangup: &hangupNode{Prompts: []string{"goodbye"}}},
		},
	}
}

func build(t testing.TB, src Source) *Flow {
	t.Helper()
	f, err := New(src, Environment{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// told is one step of a call: what came, what the machine said, where it was.
type told struct {
	event Event
	want  Instruction
	node  string
}

func follow(t *testing.T, m *Machine, first Instruction, steps ...told) {
	t.Helper()
	same(t, m.First(), first)
	for i, s := range steps {
		got := m.Next(s.event)
		same(t, got, s.want)
		if m.Node() != s.node {
			t.Fatalf("step %d: at %s, want %s", i, m.Node(), s.node)
		}
	}
}

// same compares the kind of an instruction, and its fields where the wanted one has any.
func same(t *testing.T, got, want Instruction) {
	t.Helper()
	if reflect.TypeOf(got) != reflect.TypeOf(want) {
		t.Fatalf("told %#v, want %#v", got, want)
	}
	if zero := reflect.Zero(reflect.TypeOf(want)).Interface(); !reflect.DeepEqual(want, zero) && !reflect.DeepEqual(got, want) {
		t.Fatalf("told %#v\nwant %#v", got, want)
	}
}

func key(k rune) Event { return Event{Kind: EventKey, Key: k} }

func event(k EventKind) Event { return Event{Kind: k} }

func TestKeyOneMakesTheCallUrgentAndKeepsThePlace(t *testing.T) {
	follow(t, build(t, line()).Start(Facts{}), Queue{},
		told{key('1'), Mark{Priority: ticket.P1, Key: '1'}, "urgent"},
		told{event(EventDone), Resume{Prompts: []string{"one_pressed"}, Priority: ticket.P1}, "wait"},
		told{key('9'), Resume{}, "wait"},
		told{event(EventAnswered), Survey{}, "survey"},
		told{event(EventDone), Play{}, "number"},
		told{event(EventDone), Hangup{Prompts: []string{"goodbye"}}, "bye"},
		told{event(EventDone), Hangup{}, "bye"})
}

// PHONE complaint 5: who answers must not find the caller in an announcement.
func TestAnAgentMayAnswerWhileTheCallerIsBeingAsked(t *testing.T) {
	follow(t, build(t, line()).Start(Facts{}), Queue{},
		told{key('2'), Play{Prompts: []string{"confirm"}, Keys: "*"}, "confirm"},
		told{event(EventAnswered), Survey{}, "survey"})
}

func TestWhoPressesNothingIsAskedAgainAndKeepsThePlace(t *testing.T) {
	follow(t, build(t, line()).Start(Facts{}), Queue{},
		told{key('2'), Play{}, "confirm"},
		told{event(EventDone), Wait{Keys: "1", For: 5 * time.Second}, "confirm"},
		told{key('7'), Play{Prompts: []string{"wrong", "confirm"}, Keys: "*"}, "confirm"},
		told{event(EventDone), Wait{}, "confirm"},
		told{event(EventTimeout), Resume{}, "wait"})
}

func TestACallbackIsPromisedOnceConfirmed(t *testing.T) {
	follow(t, build(t, line()).Start(Facts{Ticket: "2611250000018"}), Queue{},
		told{key('2'), Play{}, "confirm"},
		told{key('1'), Callback{Prompts: []string{"promised"}}, "promise"},
		told{event(EventDone), Play{}, "number"},
		told{event(EventDone), Hangup{}, "bye"})
}

func TestNobodyThereRingsTheDutyPhonesAndThenRecords(t *testing.T) {
	follow(t, build(t, line()).Start(Facts{}), Queue{},
		told{event(EventNoAgent), Ring{Duty: []string{"township", "county"}, Each: 30 * time.Second, Music: "music"}, "duty"},
		told{event(EventFailed), Voicemail{}, "mail"},
		told{event(EventFailed), Play{}, "number"})
	follow(t, build(t, line()).Start(Facts{}), Queue{},
		told{event(EventTimeout), Ring{}, "duty"},
		told{event(EventAnswered), Survey{}, "survey"})
}
