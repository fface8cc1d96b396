"""A cycle says whether a resident may vote with the code of their letter alone; one that began before says no."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("budgeting", "0012_contests_leave_their_seeds_to_draws")]

    operations = [
        migrations.AddField(
            model_name="cycle",
            name="votes_by_letter",
            field=models.BooleanField(
                default=True,
                help_text="A resident may vote with the code of their letter, without an account. Frozen with the papers.",
                verbose_name="votes by letter alone",
            ),
        ),
    ]
