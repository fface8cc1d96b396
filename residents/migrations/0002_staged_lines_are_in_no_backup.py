"""The digests of an upload that waits to be confirmed are in no backup and in no write-ahead log."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("residents", "0001_register")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE residents_stagedline SET UNLOGGED", "ALTER TABLE residents_stagedline SET LOGGED"
        )
    ]
