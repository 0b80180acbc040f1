-- Whose place it is, is asked for each event of a session that is over or not loaded yet. Not by the primary key, so all of a
-- platform's sessions were looked through.
create index bridge_place on bridge (connector, place);
