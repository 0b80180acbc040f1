-- What was taken back lately, whoever took it back: the API, the command line, or the gateway itself. Each running gateway reads
-- on from the last row that it has seen, and closes the sockets concerned. Rows a day old have been seen by all.
create table revocation (
    id         integer primary key autoincrement,
    kind       text not null check (kind in ('channel', 'key', 'party', 'desk')),
    channel_id text references channel (id),
    -- A key's `kid`, or a desk session's token hash in base64url.
    name       text,
    party_id   blob,
    at         integer not null
) strict;

-- A user whose tokens were taken back: what the backend issued before that moment holds no more.
create table user_floor (
    channel_id text not null references channel (id),
    subject    text not null,
    not_before integer not null,
    primary key (channel_id, subject)
) strict, without rowid;
