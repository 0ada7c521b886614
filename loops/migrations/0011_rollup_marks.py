"""Marks for the days that a change touches, written by the database with the change itself.

No way in can forget them: raw SQL, COPY and the admin leave the same marks. A mark is a quarter
of an hour, because where days begin is the organisation's choice and may change, and every time
zone lies at a whole quarter. Statement triggers write one row for each quarter, however many
rows a statement changes; only where single rows change all day without moving any figure (an
article whose views are counted) a row trigger looks at the columns first.
"""

from django.db import migrations

MARKS = """
create function loops_quarter(moment timestamptz) returns timestamptz
  language sql immutable parallel safe
  as $$ select date_bin('15 minutes', moment, '2000-01-01 00:00:00+00') $$;

-- A ticket counts where it arrived and where it was solved; its links and searches by its team.
create function loops_mark_ticket() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(m)
    from come n, lateral (values (n.created_at), (n.solved_at)) v(m) where m is not null;
  elsif tg_op = 'DELETE' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(m)
    from gone o, lateral (values (o.created_at), (o.solved_at)) v(m) where m is not null;
  else
    insert into loops_dirty (moment)
    select distinct loops_quarter(m)
    from (
      select o.id, o.created_at as o_created, n.created_at as n_created,
        o.solved_at as o_solved, n.solved_at as n_solved,
        o.team_id is distinct from n.team_id as moved,
        (o.created_at, o.team_id, o.domain_id, o.channel, o.is_defect) is distinct from
          (n.created_at, n.team_id, n.domain_id, n.channel, n.is_defect) as arrival,
        (o.solved_at, o.created_at, o.team_id, o.domain_id, o.channel, o.number,
          o.solved_by_id, o.reply_count, o.reopened_count, o.csat, o.seconds_worked,
          o.first_response_at) is distinct from
          (n.solved_at, n.created_at, n.team_id, n.domain_id, n.channel, n.number,
          n.solved_by_id, n.reply_count, n.reopened_count, n.csat, n.seconds_worked,
          n.first_response_at) as solution
      from gone o join come n on n.id = o.id
    ) x, lateral (
      select x.o_created where x.arrival
      union all select x.n_created where x.arrival
      union all select x.o_solved where x.solution
      union all select x.n_solved where x.solution
      union all select l.at from loops_link l where x.moved and l.ticket_id = x.id
      union all select s.at from loops_search s where x.moved and s.ticket_id = x.id
    ) v(m) where m is not null;
  end if;
  return null;
end $$;
create trigger loops_mark_insert after insert on tickets_ticket
  referencing new table as come for each statement execute function loops_mark_ticket();
create trigger loops_mark_update after update on tickets_ticket
  referencing old table as gone new table as come
  for each statement execute function loops_mark_ticket();
create trigger loops_mark_delete after delete on tickets_ticket
  referencing old table as gone for each statement execute function loops_mark_ticket();

create function loops_mark_outcome() returns trigger language plpgsql as $$
begin
  if tg_op <> 'DELETE' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(t.solved_at)
    from come n join tickets_ticket t on t.id = n.ticket_id where t.solved_at is not null;
  end if;
  if tg_op <> 'INSERT' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(t.solved_at)
    from gone o join tickets_ticket t on t.id = o.ticket_id where t.solved_at is not null;
  end if;
  return null;
end $$;
create trigger loops_mark_insert after insert on loops_outcome
  referencing new table as come for each statement execute function loops_mark_outcome();
create trigger loops_mark_update after update on loops_outcome
  referencing old table as gone new table as come
  for each statement execute function loops_mark_outcome();
create trigger loops_mark_delete after delete on loops_outcome
  referencing old table as gone for each statement execute function loops_mark_outcome();

-- A link counts for its ticket, for its article, and says whether a search had it.
create function loops_mark_link() returns trigger language plpgsql as $$
begin
  if tg_op <> 'DELETE' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(m) from come n, lateral (
      select n.at
      union all select t.solved_at from tickets_ticket t where t.id = n.ticket_id
      union all select s.at from loops_search s where s.ticket_id = n.ticket_id
    ) v(m) where m is not null;
  end if;
  if tg_op <> 'INSERT' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(m) from gone o, lateral (
      select o.at
      union all select t.solved_at from tickets_ticket t where t.id = o.ticket_id
      union all select s.at from loops_search s where s.ticket_id = o.ticket_id
    ) v(m) where m is not null;
  end if;
  return null;
end $$;
create trigger loops_mark_insert after insert on loops_link
  referencing new table as come for each statement execute function loops_mark_link();
create trigger loops_mark_update after update on loops_link
  referencing old table as gone new table as come
  for each statement execute function loops_mark_link();
create trigger loops_mark_delete after delete on loops_link
  referencing old table as gone for each statement execute function loops_mark_link();

create function loops_mark_opening() returns trigger language plpgsql as $$
begin
  if tg_op <> 'DELETE' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(m) from come n, lateral (
      select n.at union all select s.at from loops_search s where s.id = n.search_id) v(m);
  end if;
  if tg_op <> 'INSERT' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(m) from gone o, lateral (
      select o.at union all select s.at from loops_search s where s.id = o.search_id) v(m);
  end if;
  return null;
end $$;
create trigger loops_mark_insert after insert on loops_opening
  referencing new table as come for each statement execute function loops_mark_opening();
create trigger loops_mark_update after update on loops_opening
  referencing old table as gone new table as come
  for each statement execute function loops_mark_opening();
create trigger loops_mark_delete after delete on loops_opening
  referencing old table as gone for each statement execute function loops_mark_opening();

-- What counts only for the moment at which it was: searches, views, feedback.
create function loops_mark_moment() returns trigger language plpgsql as $$
begin
  if tg_op <> 'DELETE' then
    insert into loops_dirty (moment) select distinct loops_quarter(n.at) from come n;
  end if;
  if tg_op <> 'INSERT' then
    insert into loops_dirty (moment) select distinct loops_quarter(o.at) from gone o;
  end if;
  return null;
end $$;
create trigger loops_mark_insert after insert on loops_search
  referencing new table as come for each statement execute function loops_mark_moment();
create trigger loops_mark_update after update on loops_search
  referencing old table as gone new table as come
  for each statement execute function loops_mark_moment();
create trigger loops_mark_delete after delete on loops_search
  referencing old table as gone for each statement execute function loops_mark_moment();
create trigger loops_mark_insert after insert on articles_view
  referencing new table as come for each statement execute function loops_mark_moment();
create trigger loops_mark_update after update on articles_view
  referencing old table as gone new table as come
  for each statement execute function loops_mark_moment();
create trigger loops_mark_delete after delete on articles_view
  referencing old table as gone for each statement execute function loops_mark_moment();
create trigger loops_mark_insert after insert on articles_feedback
  referencing new table as come for each statement execute function loops_mark_moment();
create trigger loops_mark_update after update on articles_feedback
  referencing old table as gone new table as come
  for each statement execute function loops_mark_moment();
create trigger loops_mark_delete after delete on articles_feedback
  referencing old table as gone for each statement execute function loops_mark_moment();

-- Versions, suggestions and flags count for their article, and for the ticket they came from.
create function loops_mark_work() returns trigger language plpgsql as $$
begin
  if tg_op <> 'DELETE' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(m) from come n, lateral (
      select n.at union all select t.solved_at from tickets_ticket t
      where n.origin_type = 'ticket' and n.origin_id <> '' and t.number = n.origin_id
    ) v(m) where m is not null;
  end if;
  if tg_op <> 'INSERT' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(m) from gone o, lateral (
      select o.at union all select t.solved_at from tickets_ticket t
      where o.origin_type = 'ticket' and o.origin_id <> '' and t.number = o.origin_id
    ) v(m) where m is not null;
  end if;
  return null;
end $$;
create trigger loops_mark_insert after insert on articles_version
  referencing new table as come for each statement execute function loops_mark_work();
create trigger loops_mark_update after update on articles_version
  referencing old table as gone new table as come
  for each statement execute function loops_mark_work();
create trigger loops_mark_delete after delete on articles_version
  referencing old table as gone for each statement execute function loops_mark_work();
create trigger loops_mark_insert after insert on articles_suggestion
  referencing new table as come for each statement execute function loops_mark_work();
create trigger loops_mark_update after update on articles_suggestion
  referencing old table as gone new table as come
  for each statement execute function loops_mark_work();
create trigger loops_mark_delete after delete on articles_suggestion
  referencing old table as gone for each statement execute function loops_mark_work();
create trigger loops_mark_insert after insert on articles_flag
  referencing new table as come for each statement execute function loops_mark_work();
create trigger loops_mark_update after update on articles_flag
  referencing old table as gone new table as come
  for each statement execute function loops_mark_work();
create trigger loops_mark_delete after delete on articles_flag
  referencing old table as gone for each statement execute function loops_mark_work();

create function loops_mark_article() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(t.solved_at)
    from come n join tickets_ticket t on t.number = n.origin_id
    where n.origin_type = 'ticket' and n.origin_id <> '' and t.solved_at is not null;
  elsif tg_op = 'DELETE' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(t.solved_at)
    from gone o join tickets_ticket t on t.number = o.origin_id
    where o.origin_type = 'ticket' and o.origin_id <> '' and t.solved_at is not null;
  else
    insert into loops_dirty (moment)
    select distinct loops_quarter(t.solved_at) from tickets_ticket t
    where t.solved_at is not null and (
      t.number = old.origin_id and old.origin_type = 'ticket'
      or t.number = new.origin_id and new.origin_type = 'ticket'
      or old.created_at is distinct from new.created_at and t.id in (
        select l.ticket_id from loops_link l join articles_version v on v.id = l.version_id
        where v.article_id = new.id));
  end if;
  return null;
end $$;
create trigger loops_mark_insert after insert on articles_article
  referencing new table as come for each statement execute function loops_mark_article();
create trigger loops_mark_delete after delete on articles_article
  referencing old table as gone for each statement execute function loops_mark_article();
-- Every view updates an article's counter: nothing may be read for that.
create trigger loops_mark_update after update of origin_type, origin_id, created_at
  on articles_article for each row
  when ((old.origin_type, old.origin_id, old.created_at)
    is distinct from (new.origin_type, new.origin_id, new.created_at))
  execute function loops_mark_article();

create function loops_mark_topic() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(m) from come n join tickets_ticket t on t.id = n.ticket_id,
      lateral (values (t.created_at), (t.solved_at)) v(m) where m is not null;
  elsif tg_op = 'DELETE' then
    insert into loops_dirty (moment)
    select distinct loops_quarter(m) from gone o join tickets_ticket t on t.id = o.ticket_id,
      lateral (values (t.created_at), (t.solved_at)) v(m) where m is not null;
  else
    insert into loops_dirty (moment)
    select distinct loops_quarter(m)
    from gone o join come n on n.ticket_id = o.ticket_id
      join tickets_ticket t on t.id = n.ticket_id,
      lateral (values (t.created_at), (t.solved_at)) v(m)
    where m is not null and (o.topic_id, o.novelty, o.answered_by_id)
      is distinct from (n.topic_id, n.novelty, n.answered_by_id);
  end if;
  return null;
end $$;
create trigger loops_mark_insert after insert on loops_tickettopic
  referencing new table as come for each statement execute function loops_mark_topic();
create trigger loops_mark_update after update on loops_tickettopic
  referencing old table as gone new table as come
  for each statement execute function loops_mark_topic();
create trigger loops_mark_delete after delete on loops_tickettopic
  referencing old table as gone for each statement execute function loops_mark_topic();

-- A team that becomes private takes its tickets out of figures that everybody sees: all days.
create function loops_mark_private() returns trigger language plpgsql as $$
begin
  update loops_rollupday set formula = 0 where span = 'd';
  return null;
end $$;
create trigger loops_mark_private after update of private on people_team for each row
  when (old.private is distinct from new.private) execute function loops_mark_private();
"""
TABLES = (
    "tickets_ticket", "loops_outcome", "loops_link", "loops_opening", "loops_search",
    "articles_view", "articles_feedback", "articles_version", "articles_suggestion",
    "articles_flag", "articles_article", "loops_tickettopic",
)  # fmt: skip
UNDO = "\n".join(
    [
        *(
            f"drop trigger loops_mark_{verb} on {table};"
            for table in TABLES
            for verb in ("insert", "update", "delete")
        ),
        "drop trigger loops_mark_private on people_team;",
        *(
            f"drop function loops_mark_{what}();"
            for what in (
                *("ticket", "outcome", "link", "opening", "moment", "work", "article"),
                *("topic", "private"),
            )
        ),
        "drop function loops_quarter(timestamptz);",
    ]
)


DELIVERED = {
    "linked": {"references": 1},
    "first_contact": {"replies": 1},
    "satisfied": {"least": 4},
    "abandoned": {"minutes": 30},
    "self_service": {"comments": 1},
}


def first_versions(apps, schema_editor):
    """The definitions as delivered, so that an administrator finds them where others join."""
    definition = apps.get_model("loops", "Definition")
    definition.objects.bulk_create(
        definition(key=key, version=1, parameters=values, active=True)
        for key, values in DELIVERED.items()
    )


class Migration(migrations.Migration):
    dependencies = [
        ("loops", "0010_rollups"),
        ("people", "0006_evolve"),
    ]
    operations = [
        migrations.RunSQL(MARKS, UNDO),
        migrations.RunPython(first_versions, migrations.RunPython.noop),
    ]
