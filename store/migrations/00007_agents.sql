-- +goose Up
-- Agents: what each serves and knows, and the record of the queue from which its figures are made.

-- Who has no row serves every queue and knows nothing special.
CREATE TABLE agent_profiles (
    staff_id bigint  PRIMARY KEY REFERENCES staff (id),
    queues   text[]  NOT NULL DEFAULT '{}', -- keys of queues.yaml; none: every queue
    skills   jsonb   NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(skills) = 'object'), -- key → 1 (some) to 10 (best)
    priority integer NOT NULL DEFAULT 100  -- place in linear order, lower first
);

-- One row for each wait of a call; a call that was put back has several. The call may still lie in a node's journal,
-- so nothing is referenced by key.
CREATE TABLE queue_calls (
    id         bigint GENERATED ALWAYS AS IDENTITY UNIQUE, -- for cursors
    call_id    text        NOT NULL CHECK (call_id <> ''),
    turn       integer     NOT NULL CHECK (turn > 0),
    ticket     text        NOT NULL, -- its number
    queue      text        NOT NULL,
    node_id    text        NOT NULL DEFAULT '',
    again      boolean     NOT NULL, -- back in the same queue: counted once in its figures
    entered_at timestamptz NOT NULL,
    left_at    timestamptz,
    reason     text CHECK (reason IN ('answered','abandoned','short','key','callback','timeout','no_agent','node_lost','moved')),
    waited_ms  bigint,
    in_time    boolean     NOT NULL DEFAULT false,
    agent_id   bigint, -- who answered
    talk_ms    bigint      NOT NULL DEFAULT 0, -- that agent's own part of the conversation
    wrap_up_ms bigint      NOT NULL DEFAULT 0,
    PRIMARY KEY (call_id, turn),
    CHECK ((left_at IS NULL) = (reason IS NULL))
);
CREATE INDEX queue_calls_entered ON queue_calls (entered_at);
CREATE INDEX queue_calls_lost ON queue_calls (left_at DESC, id DESC) WHERE reason IN ('abandoned','short','node_lost');

-- What each agent was, from when till when.
CREATE TABLE agent_spans (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent_id  bigint      NOT NULL,
    area_code text        NOT NULL,
    queues    text[]      NOT NULL, -- what they served then; none: every queue
    status    text        NOT NULL CHECK (status IN ('available','paused','signed_off')),
    pause     text        NOT NULL,
    state     text        NOT NULL CHECK (state IN ('idle','ringing','talking','wrap_up','delayed','away')),
    from_at   timestamptz NOT NULL,
    to_at     timestamptz NOT NULL CHECK (to_at >= from_at),
    call_id   text        NOT NULL,
    queue     text        NOT NULL, -- of that call
    final     boolean     NOT NULL  -- a conversation ended with it
);
CREATE UNIQUE INDEX agent_spans_once ON agent_spans (agent_id, from_at, to_at, state, status);
CREATE INDEX agent_spans_time ON agent_spans (to_at);

ALTER TABLE queue_calls ENABLE ROW LEVEL SECURITY; ALTER TABLE queue_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY queue_calls_scope ON queue_calls USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM tickets t WHERE t.number = ticket));
ALTER TABLE agent_spans ENABLE ROW LEVEL SECURITY; ALTER TABLE agent_spans FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_spans_scope ON agent_spans USING (app_sees(area_code));

GRANT SELECT, INSERT, UPDATE, DELETE ON agent_profiles TO hotline_app;
GRANT SELECT, INSERT, UPDATE ON queue_calls TO hotline_app;
GRANT SELECT, INSERT ON agent_spans TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE agent_spans, queue_calls, agent_profiles;
