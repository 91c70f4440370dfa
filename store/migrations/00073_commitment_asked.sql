-- +goose Up
-- A commitment is asked for before aid that is not urgent is decided; who does not give one says why, and is helped all the
-- same (DOMAIN 49, ADR 38).
ALTER TABLE integrity_papers ADD COLUMN reason_sealed bytea; -- why it was not given
ALTER TABLE integrity_papers DROP CONSTRAINT integrity_papers_signed_check, DROP CONSTRAINT integrity_papers_check;
ALTER TABLE integrity_papers
    ADD CONSTRAINT integrity_papers_signed_check CHECK (signed IN ('screen','paper','voice','refused')),
    ADD CONSTRAINT integrity_papers_signature CHECK ((signed IN ('voice','refused')) = (upload IS NULL)),
    ADD CONSTRAINT integrity_papers_reason CHECK ((signed = 'refused') = (reason_sealed IS NOT NULL));
CREATE INDEX integrity_papers_ticket ON integrity_papers (ticket_id, kind);

-- +goose Down
-- What was refused is kept as history, so it cannot become what the older table takes: there is no way back once one is written.
DROP INDEX integrity_papers_ticket;
ALTER TABLE integrity_papers DROP CONSTRAINT integrity_papers_reason, DROP CONSTRAINT integrity_papers_signature, DROP CONSTRAINT integrity_papers_signed_check;
ALTER TABLE integrity_papers ADD CONSTRAINT integrity_papers_signed_check CHECK (signed IN ('screen','paper','voice')), ADD CONSTRAINT integrity_papers_check CHECK ((signed = 'voice') = (upload IS NULL));
ALTER TABLE integrity_papers DROP COLUMN reason_sealed;
