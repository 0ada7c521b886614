"""SQL that migrations of several apps share."""

from django.db import migrations

# A table whose rows are facts: they are added, and nothing changes or removes them. Erasing a
# person is the one exception, and says so with `set local kcs.erasing = 'on'`.
APPEND_ONLY_FUNCTION = """
create or replace function kcs_append_only() returns trigger language plpgsql as $$
begin
  if current_setting('kcs.erasing', true) = 'on' then
    return case when tg_op = 'DELETE' then old else new end;
  end if;
  raise exception '% keeps history: rows are only added', tg_table_name
    using errcode = 'check_violation', constraint = tg_table_name || '_append_only';
end $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    """Refuse every update and delete of the table's rows."""
    return migrations.RunSQL(
        APPEND_ONLY_FUNCTION
        + f"""
        create trigger {table}_append_only before update or delete on {table}
          for each row execute function kcs_append_only();
        """,
        f"drop trigger if exists {table}_append_only on {table};",
    )


def number_sequence(name: str, start: int = 1000) -> migrations.RunSQL:
    """The sequence behind readable numbers: unique, with gaps where a transaction failed."""
    return migrations.RunSQL(
        f"create sequence {name} start {start};", f"drop sequence if exists {name};"
    )
