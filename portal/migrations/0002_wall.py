"""The wall, and the trigger that knows when what readers outside get has changed."""

from django.db import migrations

from portal import building

SHOWN = """
create function portal_shown() returns trigger language plpgsql as $$
begin
  if new.changed_at is not distinct from old.changed_at then
    return null;  -- rendered anew, and nothing was said
  end if;
  if (coalesce(new.outside->>'title', new.title), new.language, new.rendered->'outside')
     is distinct from
     (coalesce(old.outside->>'title', old.title), old.language, old.rendered->'outside')
  then
    insert into portal_shown (article_id, language, at)
    values (case tg_argv[0] when 'article' then new.id
            else (to_jsonb(new)->>'article_id')::bigint end, new.language, new.changed_at)
    on conflict (article_id, language) do update set at = excluded.at;
  else
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
