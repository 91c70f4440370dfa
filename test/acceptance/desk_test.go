package acceptance

import (
	"testing"
)

// An agent answers, mutes, holds, consults, confers and hands over; a supervisor
// listens, whispers, barges in and takes over. Who hears whom is told by
// everybody's tone, through all of it; then the ticket and the recording tell the same.
func TestAnAgentAnswers(t *testing.T) {
	d := openDesks(t, "+8619900000021")
	d.play("desk_answers.mjs")
}
