"""Rights that are new with the lifecycle: audiences as something one sees, merge and recall."""

from django.db import migrations

from kcs.sql import append_only
from people.rights import AUDIENCES, DEFAULTS


def fill(apps, schema_editor):
    """What everybody could do until now stays; only what has no row yet is added."""
    Right = apps.get_model("people", "Right")
    new = {*AUDIENCES, "merge", "recall"}
    Right.objects.bulk_create(
        [
            Right(competency=role, aspect=aspect, value=value)
            for role, aspects in DEFAULTS.items()
            for aspect, values in aspects.items()
            if aspect in ("see", "change")
            for value in values
            if value in new
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0004_lifecycle")]
    operations = [
        append_only("people_siteevent"),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
