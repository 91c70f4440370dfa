-- +goose Up
-- The sums beside the limits' keys follow a statement, not each of its rows: a payout is counted under half a dozen keys at
-- once. Keys are locked in one order before, also where payouts stop counting.
DROP TRIGGER limit_uses_sum ON limit_uses;
DROP FUNCTION limit_uses_sum();
-- +goose StatementBegin
CREATE FUNCTION limit_uses_added() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE limit_keys k SET used_fen = k.used_fen + a.fen FROM (SELECT kind, key, sum(fen) AS fen FROM added GROUP BY kind, key) a
     WHERE k.kind = a.kind AND k.key = a.key;
    RETURN NULL;
END $$;
CREATE FUNCTION limit_uses_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM before b WHERE b.released_at IS NOT NULL) THEN
        RAISE EXCEPTION 'what was let go of a limit does not count again' USING ERRCODE = 'check_violation', CONSTRAINT = 'limit_uses_released';
    END IF;
    PERFORM 1 FROM limit_keys k WHERE (k.kind, k.key) IN (SELECT kind, key FROM after) ORDER BY kind COLLATE "C", key COLLATE "C" FOR UPDATE;
    UPDATE limit_keys k SET used_fen = k.used_fen - a.fen FROM (SELECT kind, key, sum(fen) AS fen FROM after WHERE released_at IS NOT NULL GROUP BY kind, key) a
     WHERE k.kind = a.kind AND k.key = a.key;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER limit_uses_added AFTER INSERT ON limit_uses REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION limit_uses_added();
CREATE TRIGGER limit_uses_changed AFTER UPDATE ON limit_uses REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION limit_uses_changed();

-- +goose Down
DROP TRIGGER limit_uses_added ON limit_uses;
DROP TRIGGER limit_uses_changed ON limit_uses;
DROP FUNCTION limit_uses_added();
DROP FUNCTION limit_uses_changed();
-- +goose StatementBegin
CREATE FUNCTION limit_uses_sum() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE limit_keys SET used_fen = used_fen + NEW.fen WHERE kind = NEW.kind AND key = NEW.key;
    ELSIF OLD.released_at IS NULL AND NEW.released_at IS NOT NULL THEN
        UPDATE limit_keys SET used_fen = used_fen - NEW.fen WHERE kind = NEW.kind AND key = NEW.key;
    ELSIF OLD.released_at IS NOT NULL THEN
        RAISE EXCEPTION 'what was let go of a limit does not count again' USING ERRCODE = 'check_violation', CONSTRAINT = 'limit_uses_released';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER limit_uses_sum AFTER INSERT OR UPDATE ON limit_uses FOR EACH ROW EXECUTE FUNCTION limit_uses_sum();
