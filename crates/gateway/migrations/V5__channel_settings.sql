-- What the operator of a channel chose, as one JSON object of the keys that differ from their defaults (`auth/settings.rs`).
alter table channel add column settings text not null default '{}';

-- When the first words of a session came that nobody has answered yet; null once somebody did. The queue reads it.
alter table session add column waits_since integer;
create index session_waiting on session (channel_id, recipient, waits_since) where waits_since is not null;

-- What the visitor said of it at the end: the newest of their ratings. Averages read it.
alter table session add column rating integer check (rating between 1 and 5);
create index session_rated on session (channel_id, recipient) where rating is not null;
