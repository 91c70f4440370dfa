package main

import (
	"context"

	"example.org/hotline/dispatch/notify"
	"example.org/hotline/ivr/flow"
)

// raiseAlarm tells whoever answers at the city's fixed number that everybody was
// asked about a ticket and nobody has accepted (DOMAIN 0a.13), until they say by
// key 1 that they know: an answering machine does not.
func (c voiceCall) raiseAlarm(ctx context.Context) (notify.VoiceOutcome, error) {
	for range workerTimes {
		t, err := c.ticket(ctx)
		if err != nil {
			return "", err
		}
		if !t.Status.Waiting() { // somebody has accepted while it rang
			c.say(ctx, flow.PromptWorkerTaken)
			return notify.VoiceTaken, nil
		}
		key, err := c.ask(ctx, t, "13", flow.PromptAlarmNobody, flow.PromptAlarmHeard)
		if err != nil {
			return "", err
		}
		if key == '1' {
			c.say(ctx, flow.PromptWorkerGoodbye)
			return notify.VoiceHeard, nil
		}
	}
	c.say(ctx, flow.PromptWorkerGoodbye)
	return "", errNoKey
}
