-- What is said in answer to something, and what changes words that were said before. Both name those words by their draft id.
alter table entry add column reply_to blob;
-- The words that this line changes; null for a line that says something itself.
alter table entry add column target blob;
create index entry_target on entry (session_id, target) where target is not null;

-- For how long one's own words can be changed after they were said. 0: not at all.
alter table channel add column edit_secs integer not null default 900;
