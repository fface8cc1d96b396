"""What the database refuses of draws: an announcement after the fact, a seed before its moment or after the opening."""

from django.conf import settings
from django.db import migrations, models

GUARDS = """
-- Was this done by two people, by one where the city has announced that one is enough, or by the system itself?
CREATE FUNCTION budgeting_took_two(first bigint, second bigint, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT first IS NULL OR (second IS NOT NULL AND second <> first) OR (second IS NULL AND EXISTS (
        SELECT FROM budgeting_oneisenough WHERE revoked_at IS NULL AND announced_at + interval '24 hours' <= at))
$$;

CREATE FUNCTION ballots_draw_is_announced_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seed <> '' THEN
        RAISE EXCEPTION 'a draw is announced before its seed is known' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM ballots_ballotpaper JOIN budgeting_contest ON budgeting_contest.id = contest_id
        WHERE cycle_id = NEW.cycle_id AND (NEW.contest_id IS NULL OR NEW.contest_id = budgeting_contest.id)
    ) THEN
        RETURN NEW;
    END IF;
    IF NOT budgeting_took_two(NEW.announced_by_id, NEW.announced_with_id, NEW.announced_at) OR NEW.reason = '' THEN
        RAISE EXCEPTION 'two people announce a draw once a paper is frozen' USING ERRCODE = 'integrity_constraint_violation';
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

CREATE FUNCTION ballots_draw_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.seed <> '' OR (to_jsonb(NEW) - '{seed,source,entered_by_id,entered_with_id,entered_at}'::text[])
        IS DISTINCT FROM (to_jsonb(OLD) - '{seed,source,entered_by_id,entered_with_id,entered_at}'::text[]) THEN
        RAISE EXCEPTION 'what was announced and drawn does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT budgeting_took_two(NEW.entered_by_id, NEW.entered_with_id, NEW.entered_at) THEN
        RAISE EXCEPTION 'two people enter what was drawn' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM ballots_opening WHERE cycle_id = OLD.cycle_id AND at >= OLD.takes_place) THEN
        RAISE EXCEPTION 'the box was opened before what had been drawn was entered' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ballots_draw_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ballots_ballotpaper JOIN budgeting_contest ON budgeting_contest.id = contest_id
               WHERE cycle_id = OLD.cycle_id) THEN
        RAISE EXCEPTION 'a paper of this cycle is frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

-- Nothing of a contest may change once its paper is frozen.
CREATE OR REPLACE FUNCTION ballots_contest_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD AND EXISTS (SELECT FROM ballots_ballotpaper WHERE contest_id = OLD.id) THEN
        RAISE EXCEPTION 'the ballot paper of this contest is frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ballots_paper_took_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT budgeting_took_two(NEW.frozen_by_id, NEW.frozen_with_id, NEW.frozen_at) THEN
        RAISE EXCEPTION 'two people freeze a ballot paper' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER announced_in_time BEFORE INSERT ON budgeting_draw
    FOR EACH ROW EXECUTE FUNCTION ballots_draw_is_announced_in_time();
CREATE TRIGGER stands BEFORE UPDATE ON budgeting_draw FOR EACH ROW EXECUTE FUNCTION ballots_draw_stands();
CREATE TRIGGER is_kept BEFORE DELETE ON budgeting_draw FOR EACH ROW EXECUTE FUNCTION ballots_draw_is_kept();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON budgeting_draw FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER took_two BEFORE INSERT ON ballots_ballotpaper
    FOR EACH ROW EXECUTE FUNCTION ballots_paper_took_two();
ALTER TABLE budgeting_draw ENABLE ALWAYS TRIGGER announced_in_time;
ALTER TABLE budgeting_draw ENABLE ALWAYS TRIGGER stands;
ALTER TABLE budgeting_draw ENABLE ALWAYS TRIGGER is_kept;
ALTER TABLE budgeting_draw ENABLE ALWAYS TRIGGER is_not_emptied;
ALTER TABLE ballots_ballotpaper ENABLE ALWAYS TRIGGER took_two;
"""

BACK = """
DROP TRIGGER took_two ON ballots_ballotpaper;
DROP TRIGGER is_not_emptied ON budgeting_draw;
DROP TRIGGER is_kept ON budgeting_draw;
DROP TRIGGER stands ON budgeting_draw;
DROP TRIGGER announced_in_time ON budgeting_draw;
DROP FUNCTION ballots_paper_took_two, ballots_draw_is_kept, ballots_draw_stands, ballots_draw_is_announced_in_time,
    budgeting_took_two;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ballots", "0007_seeds_become_draws"),
        ("budgeting", "0011_public_draws"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    run_before = [("budgeting", "0012_contests_leave_their_seeds_to_draws")]  # guards named the column that goes there
    operations = [
        migrations.AddField(
            "ballotpaper",
            "frozen_with",
            models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"),
        ),
        migrations.RunSQL(GUARDS, BACK),
    ]
