-- The log, the rows that follow from it, and the answers that were given.

CREATE TABLE tenants (
    id    INTEGER PRIMARY KEY,
    name  TEXT    NOT NULL UNIQUE, -- the tenant's id as everybody else writes it
    epoch INTEGER NOT NULL,
    head  INTEGER NOT NULL,        -- the last offset given out
    data  TEXT                     -- the tenant's own row
) STRICT;

-- Appended to in the order of commits, so that writing touches its last page only.
CREATE TABLE log (
    id      INTEGER PRIMARY KEY,
    tenant  INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    at      INTEGER NOT NULL,      -- milliseconds since 1970
    "by"    TEXT,
    command TEXT,
    room    TEXT    NOT NULL,
    event   TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX log_by_offset ON log (tenant, "offset");
CREATE INDEX log_by_room ON log (tenant, room, "offset");

-- The first answer to a command that came with an id; dropped after some hours.
CREATE TABLE answers (
    id        INTEGER PRIMARY KEY,
    tenant    INTEGER NOT NULL,
    account   TEXT    NOT NULL,    -- '' for the program itself
    command   TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    first     INTEGER NOT NULL,    -- offsets of its events; none if first > last
    last      INTEGER NOT NULL,
    marks     TEXT,                -- results of a batch of marks
    rejection TEXT                 -- or why it was refused
) STRICT;
CREATE UNIQUE INDEX answers_by_command ON answers (tenant, account, command);

-- The largest number ever used in a series; never goes back, so that no number is used twice.
CREATE TABLE series (
    tenant  INTEGER NOT NULL,
    series  TEXT    NOT NULL,
    highest INTEGER NOT NULL,
    PRIMARY KEY (tenant, series)
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    tenant INTEGER NOT NULL,
    id     TEXT    NOT NULL,
    data   TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

-- Lower-cased e-mail addresses, names and mobile numbers that accounts sign in by.
CREATE TABLE logins (
    tenant  INTEGER NOT NULL,
    login   TEXT    NOT NULL,
    account TEXT    NOT NULL,
    PRIMARY KEY (tenant, login, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX logins_by_account ON logins (tenant, account);

CREATE TABLE passwords (
    tenant  INTEGER NOT NULL,
    account TEXT    NOT NULL,
    data    TEXT    NOT NULL,      -- a PHC string
    PRIMARY KEY (tenant, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    tenant     INTEGER NOT NULL,
    id         TEXT    NOT NULL,
    account    TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    revoked_at INTEGER,
    data       TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (tenant, account, started_at) WHERE revoked_at IS NULL;

CREATE TABLE people (
    tenant INTEGER NOT NULL,
    id     TEXT    NOT NULL,
    number TEXT,
    family TEXT,
    "group" TEXT,
    data   TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX people_by_number ON people (tenant, number) WHERE number IS NOT NULL;
CREATE INDEX people_by_family ON people (tenant, family) WHERE family IS NOT NULL;
CREATE INDEX people_by_group ON people (tenant, "group") WHERE "group" IS NOT NULL;

CREATE TABLE families (
    tenant INTEGER NOT NULL,
    id     TEXT    NOT NULL,
    data   TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE "groups" (
    tenant INTEGER NOT NULL,
    id     TEXT    NOT NULL,
    data   TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE gatherings (
    tenant INTEGER NOT NULL,
    id     TEXT    NOT NULL,
    data   TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sheets (
    tenant    INTEGER NOT NULL,
    gathering TEXT    NOT NULL,
    date      TEXT    NOT NULL,
    number    INTEGER NOT NULL,
    data      TEXT    NOT NULL,
    PRIMARY KEY (tenant, gathering, date)
) STRICT, WITHOUT ROWID;
CREATE INDEX sheets_by_number ON sheets (tenant, number);

CREATE TABLE marks (
    tenant    INTEGER NOT NULL,
    gathering TEXT    NOT NULL,
    date      TEXT    NOT NULL,
    person    TEXT    NOT NULL,
    data      TEXT    NOT NULL,
    PRIMARY KEY (tenant, gathering, date, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE headcounts (
    tenant    INTEGER NOT NULL,
    gathering TEXT    NOT NULL,
    date      TEXT    NOT NULL,
    account   TEXT    NOT NULL,
    data      TEXT    NOT NULL,
    PRIMARY KEY (tenant, gathering, date, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE visits (
    tenant    INTEGER NOT NULL,
    id        TEXT    NOT NULL,
    person    TEXT    NOT NULL,
    check_in  INTEGER NOT NULL,
    check_out INTEGER,
    data      TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX visits_by_person ON visits (tenant, person, check_in, id);
CREATE INDEX visits_by_check_in ON visits (tenant, check_in, id);
-- A person has at most one open visit (gym G7.4), whatever the program above believes.
CREATE UNIQUE INDEX visits_open ON visits (tenant, person) WHERE check_out IS NULL;

-- Documents can be large, so their tree is searched by a small index instead.
CREATE TABLE documents (
    tenant INTEGER NOT NULL,
    kind   TEXT    NOT NULL,
    id     TEXT    NOT NULL,
    data   TEXT    NOT NULL,
    PRIMARY KEY (tenant, kind, id)
) STRICT;
