"""Whether it takes two people is not changed while a vote is under way."""

from django.db import migrations

GUARD = """
CREATE FUNCTION ballots_no_vote_is_under_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ballots_ballotpaper WHERE NOT EXISTS (
            SELECT FROM ballots_count WHERE ballots_count.contest_id = ballots_ballotpaper.contest_id
        )
    ) THEN
        RAISE EXCEPTION 'a ballot paper is frozen and not counted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER not_under_way BEFORE INSERT ON budgeting_oneisenough
    FOR EACH ROW EXECUTE FUNCTION ballots_no_vote_is_under_way();
ALTER TABLE budgeting_oneisenough ENABLE ALWAYS TRIGGER not_under_way;
"""

BACK = "DROP TRIGGER not_under_way ON budgeting_oneisenough; DROP FUNCTION ballots_no_vote_is_under_way;"


class Migration(migrations.Migration):
    dependencies = [
        ("ballots", "0008_draws_and_papers_by_two"),
        ("budgeting", "0012_contests_leave_their_seeds_to_draws"),
    ]
    operations = [migrations.RunSQL(GUARD, BACK)]
