-- The products that a channel's backend has signed, each as it was signed last, by the shop's own number: `/card 4711` reads it. Kept
-- beside the log, which has no index by what is in its lines.
create table signed_item (
    channel_id text not null references channel (id),
    number     text not null,
    item       text not null,
    at         integer not null,
    primary key (channel_id, number)
) strict, without rowid;

insert into signed_item (channel_id, number, item, at)
select channel_id, json_extract(item, '$.id'), item, created_at from session
where json_extract(item, '$.verified') = 1 and json_extract(item, '$.id') is not null
order by created_at
on conflict (channel_id, number) do update set item = excluded.item, at = excluded.at where excluded.at >= at;

insert into signed_item (channel_id, number, item, at)
select s.channel_id, json_extract(e.body, '$.item.id'), json_extract(e.body, '$.item'), e.at
from entry e join session s on s.id = e.session_id
where json_extract(e.body, '$.kind') = 'item' and json_extract(e.body, '$.item.verified') = 1
  and json_extract(e.body, '$.item.id') is not null
order by e.at
on conflict (channel_id, number) do update set item = excluded.item, at = excluded.at where excluded.at >= at;
