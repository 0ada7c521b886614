"""The wall, and the trigger that knows when what readers outside get has changed."""

from django.db import migrations

from portal import building

SHOWN = """
create function portal_shown() returns trigger language plpgsql as $$
begin
  if (coalesce(new.outside->>'title', new.title), coalesce(new.outside->>'issue', new.issue),
      coalesce(new.outside->>'environment', new.environment),
      coalesce(new.outside->>'resolution', new.resolution),
      coalesce(new.outside->>'cause', new.cause), coalesce(new.outside->'parts', new.parts),
      new.language)
     is distinct from
     (coalesce(old.outside->>'title', old.title), coalesce(old.outside->>'issue', old.issue),
      coalesce(old.outside->>'environment', old.environment),
      coalesce(old.outside->>'resolution', old.resolution),
      coalesce(old.outside->>'cause', old.cause), coalesce(old.outside->'parts', old.parts),
      old.language)
  then
    insert into portal_shown (article_id, language, at)
    values (case tg_argv[0] when 'article' then new.id
            else (to_jsonb(new)->>'article_id')::bigint end, new.language, new.changed_at)
    on conflict (article_id, language) do update set at = excluded.at;
  elsif new.changed_at is distinct from old.changed_at then
    -- The first change that nobody outside sees: what they saw is as old as it was.
    insert into portal_shown (article_id, language, at)
    values (case tg_argv[0] when 'article' then new.id
            else (to_jsonb(new)->>'article_id')::bigint end, new.language, old.changed_at)
    on conflict (article_id, language) do nothing;
  end if;
  return null;
end $$;
create trigger portal_shown after update of changed_at on articles_article
  for each row execute function portal_shown('article');
create trigger portal_shown after update of changed_at on articles_translation
  for each row execute function portal_shown('translation');
"""
UNDO = """
drop trigger portal_shown on articles_article;
drop trigger portal_shown on articles_translation;
drop function portal_shown();
"""


def build(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        building.build(cursor)


def pull_down(apps, schema_editor):
    """The role stays: other databases of the server may use it."""
    schema_editor.execute(f"drop schema if exists {building.SCHEMA} cascade")


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0001_initial"),
        ("articles", "0005_lifecycle_rules"),
        ("people", "0005_new_rights"),
    ]
    operations = [
        migrations.RunSQL(SHOWN, UNDO),
        migrations.RunPython(build, pull_down),
    ]
