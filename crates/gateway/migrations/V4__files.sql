-- Files that people gave to a session. The bytes lie in the data folder's `files`, under a random name. Whether a file was said is
-- not kept here: the log has an entry of that sender with that draft id, or it has not.
create table file (
    id            blob primary key,
    session_id    blob not null references session (id),
    channel_id    text not null references channel (id),
    party_id      blob not null references party (id),
    draft_id      blob not null,
    -- As announced: exactly this is taken.
    name          text not null,
    media_type    text not null,
    size          integer not null,
    sha256        blob not null,
    -- What counts against the shares: the announced size, and once the bytes are here what they take.
    bytes         integer not null,
    -- As it is read. Absent until the bytes are here and were looked at.
    stored_as     text unique,
    stored_name   text,
    stored_type   text,
    width         integer,
    height        integer,
    has_thumbnail integer not null default 0,
    created_at    integer not null,
    unique (session_id, party_id, draft_id)
) strict, without rowid;
create index file_session on file (session_id, bytes);
create index file_party on file (party_id, bytes);
create index file_channel on file (channel_id, bytes);
create index file_age on file (created_at);
