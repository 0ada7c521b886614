"""The rights matrix and the settings row, as a new installation has them."""

from django.db import migrations

from people.rights import default_rows


def fill(apps, schema_editor):
    Right = apps.get_model("people", "Right")
    Right.objects.bulk_create(
        [Right(competency=c, aspect=a, value=v) for c, a, v in default_rows()],
        ignore_conflicts=True,
    )
    apps.get_model("people", "SiteSettings").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
