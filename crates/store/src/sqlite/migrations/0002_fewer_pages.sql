-- A commit writes whole pages, so each table or index that it must touch costs one: an event is found
-- by its own key instead of by an index, a tenant's head is where its log ends, and an answer
-- stands under its command alone.

CREATE TABLE placed_log (
    id       INTEGER PRIMARY KEY,  -- tenant << 40 | offset: each tenant's log is one span
    tenant   INTEGER AS (id >> 40) VIRTUAL,
    "offset" INTEGER AS (id & 1099511627775) VIRTUAL,
    at       INTEGER NOT NULL,     -- milliseconds since 1970
    "by"     TEXT,
    command  TEXT,
    room     TEXT    NOT NULL,
    event    TEXT    NOT NULL
) STRICT;
INSERT INTO placed_log (id, at, "by", command, room, event)
    SELECT tenant << 40 | "offset", at, "by", command, room, event FROM log ORDER BY tenant, "offset";
DROP TABLE log;
ALTER TABLE placed_log RENAME TO log;
CREATE INDEX log_by_room ON log (room); -- and by id within a room, as every index

ALTER TABLE tenants DROP COLUMN head;

CREATE TABLE dated_answers (
    day       INTEGER NOT NULL,    -- since 1970, in UTC: old answers are dropped by it
    tenant    INTEGER NOT NULL,
    account   TEXT    NOT NULL,    -- '' for the program itself
    command   TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    first     INTEGER NOT NULL,    -- offsets of its events; none if first > last
    last      INTEGER NOT NULL,
    marks     TEXT,                -- results of a batch of marks
    rejection TEXT,                -- or why it was refused
    PRIMARY KEY (day, tenant, account, command)
) STRICT, WITHOUT ROWID;
INSERT INTO dated_answers
    SELECT at / 86400000, tenant, account, command, at, first, last, marks, rejection FROM answers;
DROP TABLE answers;
ALTER TABLE dated_answers RENAME TO answers;
