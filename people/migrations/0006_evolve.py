"""Who answers for the product; what an hour costs; which figures stand first."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_new_rights"),
    ]

    operations = [
        migrations.AddField(
            model_name="sitesettings",
            name="cost_per_hour",
            field=models.DecimalField(
                decimal_places=2,
                default=0,
                help_text="Turns minutes into money where costs are shown. Zero shows hours.",
                max_digits=8,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="cost of an hour of work",
            ),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="currency",
            field=models.CharField(default="EUR", max_length=3, verbose_name="currency"),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="phase",
            field=models.CharField(
                choices=[
                    ("auto", "By itself"),
                    ("adopt", "Adoption"),
                    ("grow", "Growth"),
                    ("lead", "Outcomes"),
                ],
                db_default="auto",
                default="auto",
                help_text="Which figures stand first. By itself: from the first declared outcome.",
                max_length=8,
                verbose_name="phase of the programme",
            ),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="radar_team",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: the person's own team.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="people.team",
                verbose_name="team whose average a radar compares with",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="is_product",
            field=models.BooleanField(
                default=False,
                help_text="Reads what the help desk proposes to fix in the product, and answers.",
                verbose_name="answers for the product",
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("assigned", "A ticket was assigned to you"),
                    ("mentioned", "A colleague mentioned you"),
                    ("replied", "A requester answered on your ticket"),
                    ("woken", "A pending ticket of yours woke up"),
                    ("flag_answered", "Your flag was answered"),
                    ("flag_raised", "Your article was flagged"),
                    ("article_changed", "Your article was changed"),
                    ("suggestion_made", "A change to your article was suggested"),
                    ("suggestion_decided", "Your suggestion was decided"),
                    ("remark_routed", "A flag or comment is yours to answer"),
                    ("feedback_answered", "Your feedback was answered"),
                    ("handed_over", "A leaver's work was handed to you"),
                    ("review_due", "An article of yours is due for review"),
                    ("schedule_failed", "A scheduled change could not be made"),
                    ("merged", "An article of yours was merged"),
                    ("reviewed", "Your work was reviewed"),
                    ("proposed", "A competency was proposed for you"),
                    ("thanked", "A colleague thanked you"),
                    ("credited", "Others used your knowledge"),
                    ("asked", "A colleague asks you"),
                    ("answered", "A colleague answered you"),
                    ("recalled", "You have people to write to again"),
                    ("burst", "A topic is asked far more often than usual"),
                    ("improvement", "Something about an improvement of yours"),
                    ("published", "An article of yours was published or taken back"),
                    ("capture_list", "Answers that only you know"),
                    ("digest", "The week in figures"),
                    ("recount", "A recount found figures that were wrong"),
                ],
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="siteevent",
            name="verb",
            field=models.CharField(
                choices=[
                    ("rights", "changed the rights"),
                    ("settings", "changed the settings"),
                    ("template", "changed a template"),
                    ("standard", "published a content standard"),
                    ("release", "registered a release"),
                    ("goal_refused", "was refused a target"),
                    ("definition", "changed how a measure is computed"),
                    ("rule", "changed a publication rule"),
                    ("baseline", "froze or removed a baseline"),
                ],
                max_length=12,
            ),
        ),
    ]
