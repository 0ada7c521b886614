"""Versions know their language; what the database holds of it; the first content standard."""

from django.db import migrations

RULES = """
update articles_version v set language = a.language
  from articles_article a where a.id = v.article_id and v.language = '';

create or replace function articles_version_guard() returns trigger language plpgsql as $$
begin
  if current_setting('kcs.erasing', true) = 'on' then
    return case when tg_op = 'DELETE' then old else new end;
  end if;
  if tg_op = 'DELETE' then
    raise exception 'versions are kept'
      using errcode = 'check_violation', constraint = 'version_kept';
  end if;
  if old.sealed and (not new.sealed or
     (new.article_id, new.number, new.language, new.title, new.issue, new.environment,
      new.resolution, new.cause, new.parts, new.by_id) is distinct from
     (old.article_id, old.number, old.language, old.title, old.issue, old.environment,
      old.resolution, old.cause, old.parts, old.by_id)) then
    raise exception 'version % is referred to and can not change', old.id
      using errcode = 'check_violation', constraint = 'version_immutable';
  end if;
  return new;
end $$;

-- A comment that nobody answered yet is in the queue from the first day on.
update articles_feedback set state = 'open' where comment <> '' or helpful = false;
"""

CRITERIA = [
    (
        "findable",
        "Would somebody with this problem find it by its title and issue?",
        "Titles in the requester's words are found; titles in ours are not.",
        3,
        "Receipt printer prints blank paper after changing the roll",
        "Printer issue",
    ),
    (
        "requester_words",
        "Does the issue say what the requester sees, in their words?",
        "What they see is what the next one will type.",
        2,
        "The drawer does not open when I take cash",
        "Drawer kick signal is not asserted",
    ),
    (
        "environment",
        "Does the environment name product and version?",
        "Without them nobody can tell whether this is about them.",
        2,
        "Till app 6.2 on iPad, receipt printer over USB",
        "Customer's device",
    ),
    (
        "one_issue",
        "Is it about one issue only?",
        "Two issues in one article are found for neither, and linked wrongly.",
        2,
        "One article for the blank receipt, another for the jam",
        "Printer problems: blank, jam, slow",
    ),
    (
        "resolution",
        "Can the reader follow the resolution step by step?",
        "One action a line; somebody in a hurry reads it.",
        3,
        "1. Open the lid.\n2. Turn the roll, shiny side up.",
        "Check the paper and try again.",
    ),
    (
        "complete_thoughts",
        "Complete thoughts, not complete sentences: short, without filling words?",
        "People scan for their words.",
        1,
        "Paper jam after power cut. No error on screen.",
        "Dear colleagues, today I would like to describe how…",
    ),
    (
        "states",
        "Are confidence, audience and domain right?",
        "They decide who sees it and how far it is trusted.",
        1,
        "Validated after the second reuse, domain Printers",
        "Work in progress for a year",
    ),
    (
        "not_harmful",
        "Is it free of personal data and of what customers must not see?",
        "A link away from every customer.",
        3,
        "“A café in the north”",
        "The customer's name, address and phone number",
    ),
]


def first_standard(apps, schema_editor):
    Standard = apps.get_model("articles", "Standard")
    if Standard.objects.exists():
        return
    standard = Standard.objects.create(number=1, title="Content standard", is_current=True)
    apps.get_model("articles", "Criterion").objects.bulk_create(
        [
            apps.get_model("articles", "Criterion")(
                standard=standard,
                key=key,
                asks=asks,
                why=why,
                weight=weight,
                good=good,
                bad=bad,
                place=place,
            )
            for place, (key, asks, why, weight, good, bad) in enumerate(CRITERIA)
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("articles", "0004_lifecycle")]
    operations = [
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
        migrations.RunPython(first_standard, migrations.RunPython.noop),
    ]
