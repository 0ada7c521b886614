"""The week in figures is mailed unless somebody switches it off."""

import django.contrib.postgres.fields
from django.db import migrations, models

import people.models

MAIL = """
update people_user set mailed = array_append(mailed, 'digest')
where not mailed @> array['digest']::varchar[]
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0007_internal_words")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="mailed",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=24),
                blank=True,
                default=people.models.mailed_at_first,
                size=None,
                verbose_name="kinds of notification also sent by mail",
            ),
        ),
        migrations.RunSQL(MAIL, migrations.RunSQL.noop),
    ]
