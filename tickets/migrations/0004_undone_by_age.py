from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_lists")]
    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(state__in=["new", "open", "pending"]),
                fields=["created_at", "id"],
                name="ticket_undone_age",
            ),
        ),
    ]
