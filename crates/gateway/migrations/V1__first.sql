-- The first schema. Times are Unix milliseconds, ids are 16 bytes (UUIDv7 unless said), sets are JSON.

create table channel (
    id           text primary key,
    name         text not null,
    state        text not null check (state in ('open', 'closed')),
    origins      text not null,
    capabilities text not null,
    greeting     text,
    accent       text,
    created_at   integer not null
) strict;

-- The patent's channel authorization. `key` is a public key in PEM, or an HS256 secret sealed with the master key.
create table channel_key (
    channel_id text not null references channel (id),
    kid        text not null,
    alg        text not null check (alg in ('EdDSA', 'ES256', 'HS256')),
    key        blob not null,
    state      text not null check (state in ('active', 'retiring', 'revoked')),
    not_before integer,
    not_after  integer,
    created_at integer not null,
    primary key (channel_id, kid)
) strict, without rowid;

-- Whoever can say something. Visitors and users belong to a channel, agents do not. A user's id is derived from channel and
-- `external_id`, so that a page view need not write a row.
create table party (
    id          blob primary key,
    channel_id  text references channel (id),
    role        text not null check (role in ('visitor', 'user', 'agent', 'bot')),
    external_id text,
    name        text,
    created_at  integer not null,
    -- The user that this visitor turned out to be. What they said before stays theirs; what they send again is known by it.
    merged_into blob references party (id)
) strict, without rowid;
create index party_merged on party (merged_into) where merged_into is not null;
create unique index party_external on party (channel_id, role, external_id) where external_id is not null;
-- An agent's sign-in name is unique; `unique` alone would not hold, as SQL's nulls differ from each other.
create unique index agent_name on party (external_id) where role = 'agent';

-- Who answers for a channel, by recipient name.
create table recipient (
    channel_id text not null references channel (id),
    name       text not null,
    connector  text not null,
    target     text not null,
    primary key (channel_id, name, connector, target)
) strict, without rowid;

-- A browser of an anonymous visitor. Tokens are kept as SHA-256.
create table device (
    id             integer primary key,
    party_id       blob not null references party (id),
    token_hash     blob not null unique,
    previous_hash  blob unique,
    previous_until integer,
    issued_at      integer not null,
    expires_at     integer not null,
    generation     integer not null default 0,
    is_revoked     integer not null default 0
) strict;
create index device_party on device (party_id);

-- Where a log ends is not kept here: it is `max(seq)` of its entries, one seek, and cannot disagree with them. `touched_at`
-- lags behind by a few seconds, so that a message need not rewrite this row and its indexes.
create table session (
    id            blob primary key,
    channel_id    text not null references channel (id),
    visitor_id    blob not null references party (id),
    recipient     text not null,
    epoch         text not null,
    phase         text not null check (phase in ('open', 'closed')),
    item          text,
    open_draft_id blob not null,
    created_at    integer not null,
    touched_at    integer not null,
    unique (visitor_id, open_draft_id)
) strict, without rowid;
create index session_desk on session (channel_id, recipient, touched_at);
create index session_visitor on session (visitor_id);

-- The log: the truth. `seq` has no holes; the same draft of the same sender stands once.
create table entry (
    session_id blob not null references session (id),
    seq        integer not null,
    draft_id   blob not null,
    sender_id  blob not null references party (id),
    body       text not null,
    at         integer not null,
    primary key (session_id, seq),
    unique (session_id, sender_id, draft_id)
) strict, without rowid;

-- How far each reader of a session has got. Only ever grows.
create table reader (
    session_id blob not null references session (id),
    party_id   blob not null references party (id),
    delivered  integer not null default 0,
    read       integer not null default 0,
    primary key (session_id, party_id)
) strict, without rowid;

-- One-time sign-in links of the desk, and the cookie sessions that come of them. Tokens are kept as SHA-256.
create table desk_invite (
    token_hash blob primary key,
    agent_id   blob not null references party (id),
    expires_at integer not null,
    used_at    integer
) strict, without rowid;
create table desk_session (
    token_hash blob primary key,
    agent_id   blob not null references party (id),
    created_at integer not null,
    expires_at integer not null
) strict, without rowid;

-- One row that the readiness check writes: a store that only reads is not ready.
create table probe (
    id integer primary key check (id = 1),
    at integer not null
) strict;
