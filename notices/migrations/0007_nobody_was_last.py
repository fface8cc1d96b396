from django.db import migrations


class Migration(migrations.Migration):
    """Of whom was told last nothing stays: of a vote that ends soon it was somebody who had not voted."""

    dependencies = [("notices", "0006_mails_that_came_back")]

    operations = [
        migrations.RunSQL(
            "UPDATE notices_happening SET spread_to = 0 WHERE spread_at IS NOT NULL", migrations.RunSQL.noop
        )
    ]
