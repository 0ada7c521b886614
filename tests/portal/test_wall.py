"""The wall: what the database itself shows to readers outside, whatever the code forgets."""

import psycopg2
import pytest
from django.apps import apps
from django.db import connection, connections
from django.db.utils import ProgrammingError

from articles.models import Article, Feedback, Flag, Version
from articles.queries import EVERYTHING
from articles.search import query as engine
from people.models import Right
from portal import building, wall
from portal.models import Shown
from tests.portal.conftest import SECRETS

pytestmark = [
    pytest.mark.django_db(databases=["default", "help"]),
    pytest.mark.usefixtures("world"),
]
VISITOR, CUSTOMER, PARTNER = (wall.Reader(role) for role in wall.ROLES)


def raw():
    """A session of the help centre's own, outside of any test's transaction."""
    made = connections["help"].copy()
    made.connect()
    return made.connection


def refused(statement: str) -> str:
    session = raw()
    try:
        with session.cursor() as cursor:
            cursor.execute("set default_transaction_read_only = off")  # only a word of its own
            session.commit()
            cursor.execute(statement)
            session.commit()
    except psycopg2.Error as error:
        return str(error)
    finally:
        session.close()
    return ""


def test_behind_the_wall_no_table_of_the_product_can_be_read():
    session = raw()
    session.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "select format('%I', tablename) from pg_tables where schemaname = 'public'"
        )
        tables = [name for (name,) in cursor.fetchall()]
    assert len(tables) > 40
    readable = []
    with session.cursor() as cursor:
        for table in tables:
            try:
                cursor.execute(f"select * from public.{table} limit 1")
                readable.append(table)
            except psycopg2.errors.InsufficientPrivilege:
                pass
    session.close()
    assert readable == []


@pytest.mark.parametrize("reader", [VISITOR, CUSTOMER, PARTNER])
def test_no_select_behind_the_wall_reaches_what_is_inside(reader):
    # acceptance: structure/06 reuse/02
    told = []
    with wall.outside(reader), connections["help"].cursor() as cursor:
        for view in [*building.VIEWS, "portal_moved"]:
            cursor.execute(f"select coalesce(string_agg(v::text, ' '), '') from {view} v")
            told.append(cursor.fetchone()[0])
    everything = " ".join(told)
    assert "White paper comes out" in everything
    assert [secret for secret in SECRETS if secret in everything] == []
    assert ("canary-customer" in everything) == (reader != VISITOR)
    assert ("canary-partner" in everything) == (reader == PARTNER)


def test_a_question_that_forgets_who_asks_is_answered_as_if_it_had_not():
    with wall.outside(VISITOR):
        forgotten = set(Article.objects.values_list("number", flat=True))
        remembered = set(Article.objects.visible_to(VISITOR).values_list("number", flat=True))
        found = engine.search("receipts blank printer zzinternal zzpassage", user=make_agent())
    assert len(forgotten) == 3
    assert forgotten == remembered
    assert {hit.number for hit in found.hits} <= forgotten
    assert not any(secret in str(found) for secret in SECRETS if secret != "zzinternal")


def make_agent():
    class Agent:
        is_authenticated = is_agent = True
        rights = {("see", value) for value in EVERYTHING}

    return Agent()


def test_whoever_says_nothing_or_nonsense_reads_as_a_visitor(world):
    for role in ("", "publisher", "administrator", "' or true --"):
        with wall.outside(wall.Reader(role)):
            assert Article.objects.count() == 3
    session = raw()
    with session.cursor() as cursor:
        cursor.execute("select count(*) from articles_article")
        assert cursor.fetchone()[0] == 3
    session.close()


def test_what_only_the_inside_reads_is_not_there_at_all():
    for model in (Version, Flag, Feedback):
        with pytest.raises(ProgrammingError), wall.outside(PARTNER):
            model.objects.count()


FORBIDDEN = [
    "insert into articles_term (id, language, term, df) values (1, 'en', 'x', 1)",
    "update articles_article set number = 'x'",
    "delete from articles_article",
    "update public.articles_article set title = 'x'",
    "insert into public.people_right (competency, aspect, value) values ('a', 'b', 'c')",
    "truncate public.articles_article",
    "create table help.mine (x int)",
    "create table public.mine (x int)",
    "drop view articles_article",
    "create or replace view articles_article as select 1",
    "alter table public.articles_article disable trigger all",
    "grant select on public.articles_article to public",
    "select nextval('public.articles_number')",
    "select pg_read_file('/etc/passwd')",
]


def test_behind_the_wall_nothing_can_be_written_or_made():
    for statement in FORBIDDEN:
        said = refused(statement)
        assert any(word in said for word in ("permission denied", "must be owner")), statement


def test_a_session_of_the_help_centre_begins_read_only():
    session = raw()
    with session.cursor() as cursor:
        cursor.execute("show transaction_read_only")
        assert cursor.fetchone()[0] == "on"
        cursor.execute("reset role")  # back to what the session began as
        cursor.execute("select current_user")
        assert cursor.fetchone()[0] == "kcs_help"
    session.close()


def test_the_role_may_select_these_views_and_do_nothing_else():
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_schema, table_name, privilege_type "
            "from information_schema.role_table_grants where grantee = 'kcs_help'"
        )
        granted = set(cursor.fetchall())
        cursor.execute("select rolcanlogin, rolsuper, rolcreaterole from pg_roles "
                       "where rolname = 'kcs_help'")  # fmt: skip
        assert cursor.fetchone() == (False, False, False)
    views = [*building.VIEWS, "portal_moved"]
    assert granted == {("help", view, "SELECT") for view in views}


def test_a_table_that_is_new_is_hidden_until_somebody_shows_it():
    with connection.cursor() as cursor:
        cursor.execute("create table fresh as select 'canary' as said")
        cursor.execute("set local role kcs_help")
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute("select said from public.fresh")


def test_every_column_of_the_models_is_known_behind_the_wall():
    """A model reads all of its columns: one that is missing here breaks the help centre. After
    a migration that adds a column, add one to portal that calls `building.build` again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name from information_schema.columns "
            "where table_schema = 'help'"
        )
        known = set(cursor.fetchall())
    for model in apps.get_models():
        if model._meta.db_table in building.VIEWS:
            columns = {(model._meta.db_table, field.column) for field in model._meta.local_fields
                       if field.column}  # fmt: skip
            assert columns <= known, sorted(columns - known)


def test_the_matrix_opens_audiences_and_never_the_inside():
    Right.objects.create(competency="visitor", aspect="see", value="internal")
    Right.objects.create(competency="visitor", aspect="see", value="wip")
    with connection.cursor() as cursor:
        cursor.execute("set local search_path = help; set local role kcs_help")
        cursor.execute("select count(*) from articles_article")
        assert cursor.fetchone()[0] == 3


def test_who_may_not_make_roles_reads_what_to_ask_for():
    with connection.cursor() as cursor:
        cursor.execute("create role kcs_help_tester nologin; set local role kcs_help_tester")
        with pytest.raises(ProgrammingError, match='GRANT kcs_help TO "kcs_help_tester"'):
            building.build(cursor)


def test_the_date_outside_moves_only_with_the_text_outside(world):
    # acceptance: reuse/02: an edit of an internal passage leaves no trace outside
    from articles import actions

    article = Article.objects.get(pk=world.a2.pk)
    before = article.changed_at
    with_secret = "Update the firmware.\n\n:::internal\nnobody outside\n:::"
    actions.improve(article, by=world.by, changes={"resolution": with_secret})
    assert article.changed_at > before
    assert Shown.objects.get(article=article, language="en").at == before
    actions.improve(article, by=world.by, changes={"resolution": "Unplug it."})
    assert Shown.objects.get(article=article, language="en").at == article.changed_at
