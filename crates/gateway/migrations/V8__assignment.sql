-- Who answers a session: a line for each wish, whoever wished it. What holds is the line of the highest turn; a wish that changed
-- nothing has the turn that it found. All wishes stay, by the names of their drafts, so that an old one which is heard again
-- (a desk that asks once more, an archive that is read once more) undoes no newer one.
create table assignment (
    session_id blob not null references session (id),
    by_id      blob not null references party (id),
    draft_id   blob not null,
    turn       integer not null,
    -- Null: nobody in particular.
    party_id   blob references party (id),
    at         integer not null,
    primary key (session_id, by_id, draft_id)
) strict, without rowid;
create index assignment_turn on assignment (session_id, turn);

-- Up to which turn the platform's room was told.
alter table bridge add column told integer not null default 0;
