"""Words that readers outside should not meet."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_evolve"),
    ]

    operations = [
        migrations.AddField(
            model_name="sitesettings",
            name="internal_words",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80),
                blank=True,
                default=list,
                help_text="Names of projects, machines and tools that readers outside should not meet, with commas between them. The leak check looks for them before an article goes outside.",
                size=None,
                verbose_name="internal words",
            ),
        ),
    ]
