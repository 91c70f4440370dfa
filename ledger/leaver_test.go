package ledger

import (
	"context"
	"errors"
	"testing"

	"example.org/hotline/internal/act"
)

// What is handed back of a leaver's advance goes into the float, the rest is claimed, and only
// county finance signs for either.
func TestALeaverIsSettledByTwo(t *testing.T) {
	h := newCollusion(t, 1, blindness{})
	worker, other, head, finance := h.people[0], h.people[1], h.people[3], h.people[6]
	held := func(ref AccountRef) int64 {
		a, err := h.AccountNow(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		return a.Posted
	}
	carried, float := held(AdvanceOf(town, worker.StaffID)), held(FloatOf(town))
	if carried <= 5_000 {
		t.Fatalf("the worker carries %d", carried)
	}
	code := func(who act.Actor, fn func(context.Context) error) string {
		err := h.do(who, fn)
		if fault, is := errors.AsType[*act.Fault](err); is {
			return fault.Code
		} else if err != nil {
			t.Fatal(err)
		}
		return ""
	}
	offer := func(kind AdvanceKind, id string, fen int64) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := OfferAdvance(ctx, h, OfferInput{PublicID: id, Kind: kind, Area: town, Holder: worker.StaffID, Fen: fen, Note: "has died"})
			return err
		}
	}
	sign := func(id string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := AnswerAdvance(ctx, h, id, AdvanceSigned, "")
			return err
		}
	}
	for _, step := range []struct {
		who  act.Actor
		do   func(context.Context) error
		want string
	}{
		{finance, offer(AdvanceSettle, "s", 0), "not_found"},
		{head, offer(AdvanceSettle, "s", carried-5_000), ""},
		{head, sign("s"), "own_hands"},
		{other, sign("s"), "not_found"},
		{worker, sign("s"), "not_found"},
		{head, offer(AdvanceSettle, "s2", 0), "advance_waits"},
		{finance, sign("s"), ""},
		{finance, sign("s"), "already_answered"},
		{head, offer(AdvanceSettle, "s3", 0), "nothing_carried"},
		{head, offer(AdvanceRepay, "r", 5_100), "above_claim"},
		{head, offer(AdvanceRepay, "r", 3_000), ""},
		{head, offer(AdvanceRepay, "r2", 3_000), ""},
		{finance, sign("r"), ""},
		{finance, sign("r2"), "above_claim"}, // weighed again
	} {
		if got := code(step.who, step.do); got != step.want {
			t.Errorf("%s: %q, want %q", step.who.Name, got, step.want)
		}
	}
	if a, f, c := held(AdvanceOf(town, worker.StaffID)), held(FloatOf(town)), held(ClaimOn(town, worker.StaffID)); a != 0 || f != float+carried-2_000 || c != 2_000 {
		t.Errorf("carried %d, float %d (was %d with %d out), claimed %d", a, f, float, carried, c)
	}
}
