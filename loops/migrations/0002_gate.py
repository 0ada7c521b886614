"""The gate, in the database: no way in solves a ticket without an honest, proved outcome.

`loops_missing` is the one definition of what an outcome needs. The verb `solve` asks it for
the codes that it puts into words; the trigger on the tickets asks it again, so that raw SQL,
the admin and a forgotten check meet the same wall.
"""

from django.db import migrations

GATE = """
create function loops_missing(
  the_ticket bigint, the_number text, the_outcome text, the_reason text, the_note text
) returns text[] language plpgsql stable as $$
declare
  missing text[] := '{}';
  resolved boolean;
begin
  if the_outcome is null or the_outcome = '' then
    missing := missing || 'outcome'::text;
  elsif the_outcome = 'imported' then
    return missing;
  elsif the_outcome = 'no_knowledge' then
    if coalesce(the_reason, '') = '' or (the_reason = 'other' and coalesce(the_note, '') = '') then
      missing := missing || 'reason'::text;
    end if;
    if the_reason = 'spam' then
      return missing;
    end if;
  elsif the_outcome = 'reused' then
    if not exists (
      select from loops_link l join articles_version v on v.id = l.version_id
      where l.ticket_id = the_ticket and l.kind = 'resolution'
        and (v.origin_type, v.origin_id) is distinct from ('ticket', the_number)
    ) then
      missing := missing || 'link'::text;
    end if;
  elsif the_outcome = 'created' then
    if not exists (
      select from articles_article where origin_type = 'ticket' and origin_id = the_number
    ) then
      missing := missing || 'article'::text;
    elsif not exists (
      select from loops_link l join articles_article a on a.id = l.article_id
      where l.ticket_id = the_ticket and l.kind = 'resolution'
        and a.origin_type = 'ticket' and a.origin_id = the_number
    ) then
      missing := missing || 'link'::text;
    end if;
  elsif the_outcome in ('improved', 'flagged') then
    resolved := exists (
      select from loops_link where ticket_id = the_ticket and kind = 'resolution'
    );
    if not resolved then
      missing := missing || 'link'::text;
    end if;
    if the_outcome = 'improved' and not exists (
      select from articles_version v join loops_link l
        on l.article_id = v.article_id and l.ticket_id = the_ticket and l.kind = 'resolution'
      where v.origin_type = 'ticket' and v.origin_id = the_number and v.number > 1
    ) and not exists (
      select from articles_suggestion s join loops_link l
        on l.article_id = s.article_id and l.ticket_id = the_ticket and l.kind = 'resolution'
      where s.origin_type = 'ticket' and s.origin_id = the_number
    ) then
      missing := missing || 'version'::text;
    end if;
    if the_outcome = 'flagged' and not exists (
      select from articles_flag f join loops_link l
        on l.article_id = f.article_id and l.ticket_id = the_ticket and l.kind = 'resolution'
      where f.origin_type = 'ticket' and f.origin_id = the_number
    ) then
      missing := missing || 'flag'::text;
    end if;
  end if;
  if not exists (select from loops_search where ticket_id = the_ticket) then
    missing := missing || 'search'::text;
  end if;
  return missing;
end $$;

create function loops_gate_mode() returns text language sql stable as $$
  select coalesce((select gate_mode from people_sitesettings where id = 1), 'require')
$$;

create function loops_gate() returns trigger language plpgsql as $$
declare
  declared loops_outcome%rowtype;
  missing text[];
begin
  if tg_op = 'UPDATE' and old.state in ('solved', 'closed') then
    return new;
  end if;
  if loops_gate_mode() <> 'require' then
    return new;
  end if;
  select * into declared from loops_outcome where ticket_id = new.id and ended_at is null;
  missing := loops_missing(
    new.id, new.number, declared.outcome, declared.reason, declared.note
  );
  if array_length(missing, 1) > 0 then
    raise exception 'ticket % can not be solved: missing %', new.number,
        array_to_string(missing, ', ')
      using errcode = 'check_violation', constraint = 'ticket_gate';
  end if;
  return new;
end $$;
create trigger loops_gate before insert or update of state, id, number on tickets_ticket
  for each row when (new.state in ('solved', 'closed')) execute function loops_gate();

-- Evidence of a solved ticket stays: a link can go only while the outcome holds without it.
create function loops_link_guard() returns trigger language plpgsql as $$
declare
  the_ticket tickets_ticket%rowtype;
  declared loops_outcome%rowtype;
begin
  if current_setting('kcs.erasing', true) = 'on' then
    return null;
  end if;
  select * into the_ticket from tickets_ticket where id = old.ticket_id for no key update;
  if the_ticket.state not in ('solved', 'closed') or loops_gate_mode() <> 'require' then
    return null;
  end if;
  select * into declared from loops_outcome where ticket_id = old.ticket_id and ended_at is null;
  if 'link' = any(loops_missing(
      the_ticket.id, the_ticket.number, declared.outcome, declared.reason, declared.note)) then
    raise exception 'ticket % was solved by this link; reopen it first', the_ticket.number
      using errcode = 'check_violation', constraint = 'link_is_evidence';
  end if;
  return null;
end $$;
create trigger loops_link_guard after delete or update of kind, ticket_id, article_id on loops_link
  for each row execute function loops_link_guard();

-- An outcome is declared once: it may end (when the ticket is open again), never change.
create function loops_outcome_guard() returns trigger language plpgsql as $$
begin
  if current_setting('kcs.erasing', true) = 'on' then
    return case when tg_op = 'DELETE' then old else new end;
  end if;
  if tg_op = 'INSERT' then
    if new.outcome = 'imported' and coalesce(current_setting('kcs.importing', true), '') <> 'on'
    then
      raise exception 'only an import of history declares imported'
        using errcode = 'check_violation', constraint = 'outcome_imported_by_import';
    end if;
    return new;
  end if;
  if tg_op = 'DELETE' or old.ended_at is not null
     or (new.ticket_id, new.outcome, new.reason, new.note, new.by_id, new.at) is distinct from
        (old.ticket_id, old.outcome, old.reason, old.note, old.by_id, old.at)
     or exists (select from tickets_ticket
                where id = old.ticket_id and state in ('solved', 'closed')) then
    raise exception 'an outcome is declared once; reopen the ticket to declare another'
      using errcode = 'check_violation', constraint = 'outcome_declared_once';
  end if;
  return new;
end $$;
create trigger loops_outcome_guard before insert or update or delete on loops_outcome
  for each row execute function loops_outcome_guard();

create trigger loops_link_seals after insert or update of version_id on loops_link
  for each row execute function articles_seal_version();
create trigger loops_delivery_seals after insert on loops_delivery
  for each row execute function articles_seal_version();
"""
UNDO = """
drop trigger loops_delivery_seals on loops_delivery;
drop trigger loops_link_seals on loops_link;
drop trigger loops_outcome_guard on loops_outcome;
drop function loops_outcome_guard();
drop trigger loops_link_guard on loops_link;
drop function loops_link_guard();
drop trigger loops_gate on tickets_ticket;
drop function loops_gate();
drop function loops_gate_mode();
drop function loops_missing(bigint, text, text, text, text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("loops", "0001_initial"),
        ("articles", "0002_rules"),
        ("people", "0002_defaults"),
        ("tickets", "0002_rules"),
    ]
    operations = [migrations.RunSQL(GATE, UNDO)]
