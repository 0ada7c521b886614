"""The gate follows a merge: what was made of an article is evidence for the one it went into.

`loops_missing` is the same but for one thing: where it compared articles, it now compares what
they are today, `merged_into` or themselves. Nothing that was enough before is less, and nothing
becomes enough but by a merge.
"""

from django.db import migrations, models

FOLLOWS = """
create or replace function loops_missing(
  the_ticket bigint, the_number text, the_outcome text, the_reason text, the_note text
) returns text[] language plpgsql stable as $$
declare
  missing text[] := '{}';
  -- What the ticket's resolution links lead to today.
  today bigint[];
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
  elsif the_outcome in ('created', 'improved', 'flagged') then
    select coalesce(array_agg(coalesce(a.merged_into_id, a.id)), '{}') into today
    from loops_link l join articles_article a on a.id = l.article_id
    where l.ticket_id = the_ticket and l.kind = 'resolution';
    if the_outcome = 'created' then
      if not exists (
        select from articles_article where origin_type = 'ticket' and origin_id = the_number
      ) then
        missing := missing || 'article'::text;
      elsif not exists (
        select from articles_article a
        where a.origin_type = 'ticket' and a.origin_id = the_number
          and coalesce(a.merged_into_id, a.id) = any(today)
      ) then
        missing := missing || 'link'::text;
      end if;
    else
      if today = '{}' then
        missing := missing || 'link'::text;
      end if;
      if the_outcome = 'improved' and not exists (
        select from articles_version v join articles_article a on a.id = v.article_id
        where v.origin_type = 'ticket' and v.origin_id = the_number and v.number > 1
          and coalesce(a.merged_into_id, a.id) = any(today)
      ) and not exists (
        select from articles_suggestion s join articles_article a on a.id = s.article_id
        where s.origin_type = 'ticket' and s.origin_id = the_number
          and coalesce(a.merged_into_id, a.id) = any(today)
      ) then
        missing := missing || 'version'::text;
      end if;
      if the_outcome = 'flagged' and not exists (
        select from articles_flag f join articles_article a on a.id = f.article_id
        where f.origin_type = 'ticket' and f.origin_id = the_number
          and coalesce(a.merged_into_id, a.id) = any(today)
      ) then
        missing := missing || 'flag'::text;
      end if;
    end if;
  end if;
  if not exists (select from loops_search where ticket_id = the_ticket) then
    missing := missing || 'search'::text;
  end if;
  return missing;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("loops", "0005_review_trail"), ("articles", "0004_lifecycle")]

    operations = [
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "name",
                    models.CharField(max_length=40, primary_key=True, serialize=False),
                ),
                ("until", models.DateTimeField()),
            ],
        ),
        # Going back leaves it: without merges it says what the one before said.
        migrations.RunSQL(FOLLOWS, migrations.RunSQL.noop),
    ]
