from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("budgeting", "0011_public_draws")]  # and the seeds are moved first: ballots 0008 runs before it
    operations = [migrations.RemoveField("contest", "lot_seed")]
