"""What the database itself keeps: numbers, and history that stays."""

from django.db import migrations

from kcs.sql import append_only, number_sequence


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [
        number_sequence("tickets_number"),
        append_only("tickets_ticketevent"),
    ]
