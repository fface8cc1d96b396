"""Roles granted from now on are told to whoever may confirm; those that stood before are known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_known_networks")]
    operations = [
        migrations.AddField("role", "told", models.BooleanField(default=True, editable=False)),
        migrations.AlterField("role", "told", models.BooleanField(default=False, editable=False)),
    ]
