-- Where another platform stands in a session: up to where it has the log, and up to where it was read. Both only ever follow what
-- is on disk there and here. There is no queue beside it: what is due is what stands in the log after `handed`.
create table bridge (
    connector  text not null,
    session_id blob not null references session (id),
    -- What the platform calls the session's place, where that is not made of the session's id.
    place      text,
    handed     integer not null default 0,
    -- The platform's own name of the last thing that was read there.
    cursor     text,
    primary key (connector, session_id)
) strict, without rowid;

-- What the platform calls an entry: for whoever answers, corrects or reads it there, and to know one's own that come back. Some
-- have several names; the lowest rank is the one to use.
create table foreign_name (
    connector  text not null,
    session_id blob not null references session (id),
    name       text not null,
    seq        integer not null,
    rank       integer not null,
    primary key (connector, session_id, name)
) strict, without rowid;
create index foreign_entry on foreign_name (connector, session_id, seq, rank);
