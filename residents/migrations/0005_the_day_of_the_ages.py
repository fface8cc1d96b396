"""An import knows for which day it worked out the ages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("residents", "0004_who_filed_a_claim"),
    ]

    operations = [
        migrations.AddField(
            model_name="registerimport",
            name="ages_on",
            field=models.DateField(null=True, verbose_name="ages on"),
        ),
    ]
