"""The wall of the help centre, in SQL: one role, one schema, views of what readers outside get.

The views are named as the tables are, so that models and the search engine read through them
unchanged. Every column that is not named here is empty behind the wall, and every table that is
not named does not exist: what is forgotten is hidden. A migration that adds a column to one of
these tables is followed by one that calls `build` again; a test says so.
"""

from __future__ import annotations

from typing import Any

from django.db.utils import ProgrammingError

ROLE = "kcs_help"
SCHEMA = "help"

NO_RIGHT = f"""\
The help centre reads through the database role {ROLE}, which does not exist yet, and the user
of DATABASE_URL may not make roles. Have an administrator of the database server run

    CREATE ROLE {ROLE} NOLOGIN;
    GRANT {ROLE} TO "%(user)s";

and migrate again. docs/help-centre.md says what the role may do: select these views."""

# Who reads: said for one transaction at a time; nobody said anything for a visitor.
READER = """case current_setting('kcs.reader', true)
  when 'partner' then 'partner' when 'customer' then 'customer' else 'visitor' end"""
# The matrix grants audiences to readers; that Internal is none of them is not its to say.
AUDIENCES = f"""array(
  select r.value from public.people_right r
  where r.aspect = 'see' and r.competency = {READER}
    and r.value in ('partner', 'customer', 'public'))"""


def allowed(article: str) -> str:
    """The condition under which this reader may read the article of this alias."""
    return (
        f"{article}.confidence = 'validated' and {article}.merged_into_id is null "
        f"and {article}.audience = any({AUDIENCES})"
    )


def may_read(article_id: str) -> str:
    """That the article with this id may be read. `offset 0` keeps it a look-up a row: turned
    into a join, it would read all articles for the few rows of a search."""
    return f"""exists (
  select from public.articles_article w where w.id = {article_id} and {allowed("w")} offset 0)"""


def _words(row: str, template: str) -> dict[str, str]:
    """The text as readers outside get it, in the columns of the text itself.

    `outside` was written when the text was saved; what the template has made internal since
    then is left out here.
    """
    of = f"from public.articles_template m, jsonb_array_elements(m.parts) part where m.id = {template}"
    keys = f"array(select part->>'key' {of} and part->'internal' = 'true')"
    hidden = f"""array(
  select 'parts.' || (part->>'key') {of} and part->'internal' = 'true'
  union all select f.key from public.articles_template m, jsonb_each(m.fixed) f
  where m.id = {template} and f.value->'internal' = 'true')"""
    said = {
        name: f"case when '{name}' = any({hidden}) then '' "
        f"else coalesce({row}.outside->>'{name}', {row}.{name}) end"
        for name in ("issue", "environment", "resolution", "cause")
    }
    return said | {
        "title": f"coalesce({row}.outside->>'title', {row}.title)",
        "parts": f"coalesce({row}.outside->'parts', {row}.parts) - {keys}",
        # Nothing differs here any more. What is being written anew for its template says so, and
        # searches pass over it: its postings may still know a part that became internal.
        "outside": (
            f"case when {row}.outside ? 'settling' then jsonb_build_object('settling', true) "
            "else '{}'::jsonb end"
        ),
        "rendered": (
            f"jsonb_build_object('renderer', {row}.rendered->'renderer', 'inside', "
            f"'{{}}'::jsonb, 'outside', coalesce({row}.rendered->'outside', '{{}}') - {hidden})"
        ),
    }


def _shown(row: str, article_id: str) -> str:
    """When the outside text last changed."""
    return f"""coalesce((
  select s.at from public.portal_shown s
  where s.article_id = {article_id} and s.language = {row}.language), {row}.changed_at)"""


def _same(row: str, *names: str) -> dict[str, str]:
    return {name: f"{row}.{name}" for name in names}


# table: (its alias, column: expression, which rows)
VIEWS: dict[str, tuple[str, dict[str, str], str]] = {
    "articles_article": (
        "a",
        _same(
            "a",
            "id",
            "number",
            "template_id",
            "language",
            "environment_facets",
            "confidence",
            "audience",
            "domain_id",
            "tags",
            "version_number",
            "reuse_count",
            "last_reused_at",
            "helped_count",
            "view_count",
        )
        | _words("a", "a.template_id")
        | {"changed_at": _shown("a", "a.id"), "open_flags": "0"},
        allowed("a"),
    ),
    "articles_translation": (
        "t",
        _same("t", "id", "article_id", "language", "version_number", "base", "outdated_at")
        | _words(
            "t",
            "(select o.template_id from public.articles_article o where o.id = t.article_id)",
        )
        | {"changed_at": _shown("t", "t.article_id")},
        may_read("t.article_id"),
    ),
    # Of a template only what its readers see: the names of the parts that leave the house.
    "articles_template": (
        "t",
        {
            "id": "t.id",
            "parts": """coalesce((
  select jsonb_agg(jsonb_build_object('key', part->'key', 'label', part->'label') order by place)
  from jsonb_array_elements(t.parts) with ordinality as listed(part, place)
  where part->'internal' is distinct from 'true'::jsonb), '[]'::jsonb)""",
            "fixed": "'{}'::jsonb",
            "is_default": "false",
            "is_active": "true",
            "name": "''::varchar",
        },
        f"""exists (
  select from public.articles_article w
  where w.template_id = t.id and {allowed("w")} offset 0)""",
    ),
    # The branches with something to read in them.
    "people_domain": (
        "d",
        _same("d", "id", "parent_id", "name", "slug", "path"),
        f"""exists (
  select from public.people_domain below join public.articles_article w
    on w.domain_id = below.id and {allowed("w")}
  where below.id = d.id or starts_with(below.path, d.path || '/') offset 0)""",
    ),
    "people_right": (
        "r",
        _same("r", "id", "competency", "aspect", "value"),
        f"""r.aspect = 'see' and r.competency = {READER}
  and r.value in ('partner', 'customer', 'public')""",
    ),
    "articles_posting": (
        "p",
        _same("p", "term_id", "article_id", "outside", "outside_fields")
        | {"impact": "p.outside", "fields": "p.outside_fields"},
        f"p.outside > 0 and {may_read('p.article_id')}",
    ),
    # A word that only internal text knows is not in the dictionary.
    "articles_term": (
        "t",
        _same("t", "id", "language", "term", "df"),
        f"""exists (
  select from public.articles_posting q
  where q.term_id = t.id and q.outside > 0 and {may_read("q.article_id")} offset 0)""",
    ),
    "articles_newterm": (
        "t",
        _same("t", "id", "term_id", "language", "term"),
        f"""exists (
  select from public.articles_posting q
  where q.term_id = t.term_id and q.outside > 0 and {may_read("q.article_id")} offset 0)""",
    ),
    "articles_document": (
        "d",
        _same("d", "article_id", "language", "spaces")
        | {"lengths": "'{}'::int[]", "terms": "'{}'::bigint[]", "demand": "'[]'::jsonb"},
        may_read("d.article_id"),
    ),
    # How large the base is weighs words. The exact figure would count what is inside, so it is
    # told to the next power of two.
    "articles_corpus": (
        "c",
        {
            "language": "c.language",
            "articles": "case when c.articles > 0 "
            "then power(2, round(log(2, c.articles)))::int else 0 end",
            "averages": "'{}'::float8[]",
        },
        "true",
    ),
}

# An article that was merged leads to the one that has its knowledge now, over any number of
# steps; `union` ends where somebody went in a circle.
MOVED = f"""
create view help.portal_moved as
with recursive way (number, audience, next) as (
  select a.number, a.audience, a.merged_into_id from public.articles_article a
  where a.merged_into_id is not null
  union
  select way.number, way.audience, b.merged_into_id
  from way join public.articles_article b on b.id = way.next
  where b.merged_into_id is not null)
select way.number, a.number as survivor
from way join public.articles_article a on a.id = way.next
where way.audience = any({AUDIENCES}) and {allowed("a")};
"""


# What the first page and its lists ask for; both conditions are those of `allowed`.
INDEXES = """
create index if not exists help_branches on public.articles_article
  (audience, domain_id) include (id, language, helped_count, reuse_count)
  where confidence = 'validated' and merged_into_id is null;
create index if not exists help_best on public.articles_article
  (language, helped_count desc, reuse_count desc, id desc)
  where confidence = 'validated' and merged_into_id is null;
"""


def build(cursor: Any) -> None:
    """Raise the wall, or raise it anew, as the tables are now."""
    _role(cursor)
    cursor.execute(f"drop schema if exists {SCHEMA} cascade; create schema {SCHEMA};")
    for table, (alias, told, where) in VIEWS.items():
        cursor.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
            [f"public.{table}"],
        )
        columns = ", ".join(
            f'({told.get(name, "null")})::{kind} as "{name}"'
            for name, kind in cursor.fetchall()
        )
        cursor.execute(
            f"create view {SCHEMA}.{table} as select {columns} from public.{table} {alias} "
            f"where {where}"
        )
    cursor.execute(MOVED)
    cursor.execute(INDEXES)
    cursor.execute(
        f"grant usage on schema {SCHEMA} to {ROLE}; "
        f"grant select on all tables in schema {SCHEMA} to {ROLE};"
    )


def _role(cursor: Any) -> None:
    """The role, which all databases of a server share: another migration may be making it."""
    cursor.execute("select current_user")
    user = cursor.fetchone()[0]
    try:
        cursor.execute(
            f"""
            do $$ begin
              if not exists (select from pg_roles where rolname = '{ROLE}') then
                create role {ROLE} nologin;
              end if;
            exception when duplicate_object or unique_violation then null;
            end $$;
            do $$ begin
              if not pg_has_role(current_user, '{ROLE}', 'set') then
                execute format('grant {ROLE} to %I', current_user);
              end if;
            end $$;
            """
        )
    except ProgrammingError as error:
        raise ProgrammingError(NO_RIGHT % {"user": user}) from error
