-- Copies of the tables an intake writes: columns, defaults, CHECKs and indexes, but neither foreign keys nor row security.
CREATE SCHEMA plain;
CREATE SEQUENCE plain.ids;
CREATE TABLE plain.tickets (LIKE public.tickets INCLUDING ALL);
CREATE TABLE plain.calls (LIKE public.calls INCLUDING ALL);
CREATE TABLE plain.clocks (LIKE public.clocks INCLUDING ALL);
CREATE TABLE plain.timeline (LIKE public.timeline INCLUDING ALL);
CREATE TABLE plain.outbox (LIKE public.outbox INCLUDING ALL);
CREATE TABLE plain.timers (LIKE public.timers INCLUDING ALL);
CREATE TABLE plain.audit_records (LIKE public.audit_records INCLUDING ALL)
