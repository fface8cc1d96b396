"""Once the moment of a draw is past two people announce another in its place, and only where nothing was entered."""

from django.db import migrations

GUARD = """
CREATE OR REPLACE FUNCTION ballots_draw_is_announced_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seed <> '' THEN
        RAISE EXCEPTION 'a draw is announced before its seed is known' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM ballots_ballotpaper JOIN budgeting_contest ON budgeting_contest.id = contest_id
        WHERE cycle_id = NEW.cycle_id AND (NEW.contest_id IS NULL OR NEW.contest_id = budgeting_contest.id)
    ) AND NOT EXISTS (
        SELECT FROM budgeting_draw
        WHERE cycle_id = NEW.cycle_id AND use = NEW.use
            AND (contest_id IS NULL OR NEW.contest_id IS NULL OR contest_id = NEW.contest_id)
            AND takes_place <= NEW.announced_at
    ) THEN
        RETURN NEW;
    END IF;
    IF NOT budgeting_took_two(NEW.announced_by_id, NEW.announced_with_id, NEW.announced_at) OR NEW.reason = '' THEN
        RAISE EXCEPTION 'two people announce a draw once a paper is frozen or an earlier one has taken place'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.takes_place < NEW.announced_at + interval '24 hours' THEN
        RAISE EXCEPTION 'a draw is announced a day beforehand' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT FROM budgeting_draw
        WHERE cycle_id = NEW.cycle_id AND use = NEW.use
            AND (contest_id IS NULL OR NEW.contest_id IS NULL OR contest_id = NEW.contest_id)
            AND (seed <> '' OR takes_place > NEW.announced_at)
    ) THEN
        RAISE EXCEPTION 'a draw has been announced' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0016_nothing_is_left_to_vote_on")]
    operations = [migrations.RunSQL(GUARD)]
