"""Whether letters vote is frozen with the first paper of a cycle. Enabled ALWAYS, as in 0002.

Where a paper was frozen before this could be asked, they do not: people were told that they need an account.
"""

from django.db import migrations

GUARD = """
UPDATE budgeting_cycle SET votes_by_letter = false WHERE id IN (
    SELECT cycle_id FROM ballots_ballotpaper JOIN budgeting_contest ON budgeting_contest.id = contest_id
);
CREATE TRIGGER letters_on_paper BEFORE UPDATE ON budgeting_cycle
    FOR EACH ROW WHEN (OLD.votes_by_letter IS DISTINCT FROM NEW.votes_by_letter)
    EXECUTE FUNCTION ballots_cycle_is_on_paper();
ALTER TABLE budgeting_cycle ENABLE ALWAYS TRIGGER letters_on_paper;
"""

BACK = "DROP TRIGGER letters_on_paper ON budgeting_cycle;"


class Migration(migrations.Migration):
    dependencies = [
        ("ballots", "0011_superseded_by_two"),
        ("budgeting", "0013_votes_by_letter"),
    ]
    operations = [migrations.RunSQL(GUARD, BACK)]
