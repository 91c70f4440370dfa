package store

import (
	"context"
	"time"

	"example.org/hotline/ivr/acd"
)

// QueueTallies sums the queue's record up by queue and interval of a length from
// a start on, as many as fit before the end. A call counts in the interval in
// which it entered, a conversation in that in which it ended, an agent's time in
// those in which it passed. Intervals in which nothing happened are left out.
func (tx *Tx) QueueTallies(ctx context.Context, from, to time.Time, step time.Duration, queues []string) (map[acd.Slot]acd.Tally, error) {
	sums := map[acd.Slot]acd.Tally{}
	add := func(queue string, bucket int, t acd.Tally) {
		slot := acd.Slot{Queue: queue, From: from.Add(time.Duration(bucket) * step)}
		sum := sums[slot]
		sum.Add(t)
		sums[slot] = sum
	}
	if err := tx.tallyCalls(ctx, from, to, step, add); err != nil {
		return nil, err
	}
	if err := tx.tallyTalks(ctx, from, to, step, add); err != nil {
		return nil, err
	}
	return sums, tx.tallyStaff(ctx, from, to, step, queues, add)
}

func (tx *Tx) tallyCalls(ctx context.Context, from, to time.Time, step time.Duration, add func(string, int, acd.Tally)) error {
	var rows []struct {
		Queue                                                                     string
		Bucket, Entered, Answered, InTime, Abandoned, Short, CalledBack, TimedOut int
		Waits, Longest                                                            int64
	}
	err := tx.find(ctx, "sum calls of the queue", &rows, `SELECT queue, floor(extract(epoch FROM entered_at - ?::timestamptz) / ?)::int AS bucket,
			count(*) AS entered, count(*) FILTER (WHERE reason = 'answered') AS answered,
			count(*) FILTER (WHERE reason = 'answered' AND in_time) AS in_time,
			count(*) FILTER (WHERE reason IN ('abandoned', 'node_lost')) AS abandoned, count(*) FILTER (WHERE reason = 'short') AS short,
			count(*) FILTER (WHERE reason = 'callback') AS called_back, count(*) FILTER (WHERE reason = 'timeout') AS timed_out,
			coalesce(sum(waited_ms) FILTER (WHERE reason = 'answered'), 0)::bigint AS waits, coalesce(max(waited_ms), 0) AS longest
		FROM queue_calls WHERE entered_at >= ? AND entered_at < ? AND NOT again GROUP BY 1, 2`, from, step.Seconds(), from, to)
	for _, r := range rows {
		add(r.Queue, r.Bucket, acd.Tally{Entered: r.Entered, Answered: r.Answered, InTime: r.InTime, Abandoned: r.Abandoned, Short: r.Short,
			CalledBack: r.CalledBack, TimedOut: r.TimedOut, Waits: millis(r.Waits), Longest: millis(r.Longest)})
	}
	return err
}

func (tx *Tx) tallyTalks(ctx context.Context, from, to time.Time, step time.Duration, add func(string, int, acd.Tally)) error {
	var rows []struct {
		Queue         string
		Bucket, Talks int
		Talk, WrapUp  int64
	}
	err := tx.find(ctx, "sum conversations of the queue", &rows, `SELECT queue, floor(extract(epoch FROM to_at - ?::timestamptz) / ?)::int AS bucket,
			count(*) FILTER (WHERE final) AS talks,
			coalesce(sum(extract(epoch FROM to_at - from_at) * 1000) FILTER (WHERE state = 'talking'), 0)::bigint AS talk,
			coalesce(sum(extract(epoch FROM to_at - from_at) * 1000) FILTER (WHERE state = 'wrap_up'), 0)::bigint AS wrap_up
		FROM agent_spans WHERE to_at >= ? AND to_at < ? AND queue <> '' AND (final OR state IN ('talking', 'wrap_up')) GROUP BY 1, 2`,
		from, step.Seconds(), from, to)
	for _, r := range rows {
		add(r.Queue, r.Bucket, acd.Tally{Talks: r.Talks, Talk: millis(r.Talk), WrapUp: millis(r.WrapUp)})
	}
	return err
}

// tallyStaff cuts each span where an interval ends, so that an hour of waiting
// for calls counts in the hour in which it passed.
func (tx *Tx) tallyStaff(ctx context.Context, from, to time.Time, step time.Duration, queues []string, add func(string, int, acd.Tally)) error {
	for _, queue := range queues {
		var rows []struct {
			Bucket        int
			Busy, Staffed int64
		}
		err := tx.find(ctx, "sum agents' time", &rows, `SELECT b AS bucket,
				coalesce(sum(part) FILTER (WHERE busy), 0)::bigint AS busy, coalesce(sum(part) FILTER (WHERE busy OR there), 0)::bigint AS staffed
			FROM (SELECT b, s.state IN ('talking', 'wrap_up') AS busy, s.status = 'available' AND s.state <> 'away' AS there,
					extract(epoch FROM least(s.to_at, ?::timestamptz + make_interval(secs => (b + 1) * ?))
					                 - greatest(s.from_at, ?::timestamptz + make_interval(secs => b * ?))) * 1000 AS part
				FROM agent_spans s,
					generate_series(greatest(0, floor(extract(epoch FROM s.from_at - ?::timestamptz) / ?))::int,
					                floor(extract(epoch FROM least(s.to_at, ?::timestamptz - interval '1 microsecond') - ?::timestamptz) / ?)::int) AS b
				WHERE s.to_at > ? AND s.from_at < ? AND (cardinality(s.queues) = 0 OR ? = ANY (s.queues))) AS parts
			GROUP BY b`, from, step.Seconds(), from, step.Seconds(), from, step.Seconds(), to, from, step.Seconds(), from, to, queue)
		if err != nil {
			return err
		}
		for _, r := range rows {
			add(queue, r.Bucket, acd.Tally{Busy: millis(r.Busy), Staffed: millis(r.Staffed)})
		}
	}
	return nil
}

func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
