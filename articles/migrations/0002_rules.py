"""What the database itself keeps: numbers, history that stays, versions that never change."""

from django.db import migrations

from kcs.sql import append_only, number_sequence

VERSIONS = """
create function articles_version_guard() returns trigger language plpgsql as $$
begin
  if current_setting('kcs.erasing', true) = 'on' then
    return case when tg_op = 'DELETE' then old else new end;
  end if;
  if tg_op = 'DELETE' then
    raise exception 'versions are kept'
      using errcode = 'check_violation', constraint = 'version_kept';
  end if;
  if old.sealed and (not new.sealed or
     (new.article_id, new.number, new.title, new.issue, new.environment, new.resolution,
      new.cause, new.parts, new.by_id) is distinct from
     (old.article_id, old.number, old.title, old.issue, old.environment, old.resolution,
      old.cause, old.parts, old.by_id)) then
    raise exception 'version % is referred to and can not change', old.id
      using errcode = 'check_violation', constraint = 'version_immutable';
  end if;
  return new;
end $$;
create trigger articles_version_guard before update or delete on articles_version
  for each row execute function articles_version_guard();

create function articles_seal_version() returns trigger language plpgsql as $$
begin
  update articles_version set sealed = true where id = new.version_id and not sealed;
  return null;
end $$;
create trigger articles_flag_seals after insert on articles_flag
  for each row execute function articles_seal_version();
create trigger articles_feedback_seals after insert on articles_feedback
  for each row execute function articles_seal_version();
"""
UNDO_VERSIONS = """
drop trigger articles_flag_seals on articles_flag;
drop trigger articles_feedback_seals on articles_feedback;
drop trigger articles_version_guard on articles_version;
drop function articles_seal_version();
drop function articles_version_guard();
"""


def first_template(apps, schema_editor):
    apps.get_model("articles", "Template").objects.get_or_create(
        name="KCS article", defaults={"is_default": True}
    )


class Migration(migrations.Migration):
    dependencies = [("articles", "0001_initial")]
    operations = [
        number_sequence("articles_number"),
        append_only("articles_articleevent"),
        migrations.RunSQL(VERSIONS, UNDO_VERSIONS),
        migrations.RunPython(first_template, migrations.RunPython.noop),
    ]
