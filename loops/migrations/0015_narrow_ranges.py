"""A day's rows are found by ranges of blocks; narrower ones read less beside the day. New bases
are made so; those of before are brought to it here."""

from django.db import migrations

INDEXES = [
    *("article_event_at_brin", "feedback_at_brin", "flag_at_brin", "version_at_brin"),
    *("view_at_brin", "ticket_event_at_brin", "link_at_brin", "opening_at_brin"),
    "outcome_at_brin",
]


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0009_rollups"),
        ("tickets", "0007_solved_age"),
        ("loops", "0014_holdings"),
    ]
    operations = [
        migrations.RunSQL(
            "\n".join(
                f"alter index {name} set (pages_per_range = 16); reindex index {name};"
                for name in INDEXES
            ),
            migrations.RunSQL.noop,
        )
    ]
