"""What readers outside get, written down for the articles from before there was a column for it."""

from django.db import migrations

from articles import text

WORDS = ("title", "issue", "environment", "resolution", "cause", "parts")


def fill(apps, schema_editor):
    """Only texts with internal passages differ; templates had no internal parts until now."""
    Article = apps.get_model("articles", "Article")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "select id from articles_article where outside = '{}' and concat_ws(' ', issue, "
            "environment, resolution, cause, parts::text) ~* ':::[ \\t]*internal' order by id"
        )
        found = [pk for (pk,) in cursor.fetchall()]
    for pk in found:
        article = Article.objects.get(pk=pk)
        words = {name: getattr(article, name) for name in WORDS}
        article.outside = text.outside_all(words, ())
        article.save(update_fields=["outside"])


class Migration(migrations.Migration):
    dependencies = [("articles", "0005_lifecycle_rules")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
