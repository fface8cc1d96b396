"""What the database itself refuses, whoever asks."""

from django.db import migrations

WRITTEN_ONCE = [
    "ballotpaper",
    "ballotline",
    "boardbatch",
    "opening",
    "sharedestruction",
    "openedballot",
    "invalidballot",
]

FUNCTIONS = """
CREATE FUNCTION ballots_line_is_on_its_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.ballot_number > (SELECT size FROM ballots_ballotpaper WHERE id = NEW.paper_id) THEN
        RAISE EXCEPTION 'the ballot paper is frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- The seed of the lot may be announced later; nothing else of a contest may change once its paper is frozen.
CREATE FUNCTION ballots_contest_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'lot_seed') IS DISTINCT FROM (to_jsonb(OLD) - 'lot_seed')
        AND EXISTS (SELECT FROM ballots_ballotpaper WHERE contest_id = OLD.id) THEN
        RAISE EXCEPTION 'the ballot paper of this contest is frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.lot_seed IS DISTINCT FROM OLD.lot_seed AND EXISTS (SELECT FROM ballots_count WHERE contest_id = OLD.id) THEN
        RAISE EXCEPTION 'this contest has been counted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- 1136 bytes of HPKE (1120 for the encapsulated key, 16 for the tag), 17 of version and salt, 2 for each line.
CREATE FUNCTION ballots_envelope_fits_the_box() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF octet_length(NEW.sealed) IS DISTINCT FROM
        (SELECT 1136 + 17 + 2 * size FROM ballots_ballotpaper WHERE contest_id = NEW.contest_id) THEN
        RAISE EXCEPTION 'this envelope has not the length of its contest' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM ballots_opening JOIN budgeting_contest USING (cycle_id) WHERE budgeting_contest.id = NEW.contest_id)
        THEN
        RAISE EXCEPTION 'the box has been opened' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.resident_id, NEW.contest_id) <> (OLD.resident_id, OLD.contest_id) THEN
        RAISE EXCEPTION 'an envelope stays with its resident' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ballots_envelope_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ballots_sharedestruction
        JOIN ballots_ballotboxkey ON ballots_ballotboxkey.id = key_id
        JOIN budgeting_contest USING (cycle_id)
        WHERE budgeting_contest.id = OLD.contest_id
    ) THEN
        RAISE EXCEPTION 'an envelope stays in the box' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

-- A key may be made anew as long as nothing is sealed to it.
CREATE FUNCTION ballots_key_is_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ballots_envelope JOIN budgeting_contest ON budgeting_contest.id = contest_id
        WHERE cycle_id = OLD.cycle_id
    ) THEN
        RAISE EXCEPTION 'ballots are sealed to this key' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

CREATE TRIGGER the_paper_is_full BEFORE INSERT ON ballots_ballotline
    FOR EACH ROW EXECUTE FUNCTION ballots_line_is_on_its_paper();
CREATE TRIGGER frozen_with_its_paper BEFORE UPDATE ON budgeting_contest
    FOR EACH ROW EXECUTE FUNCTION ballots_contest_is_frozen();
CREATE TRIGGER fits_the_box BEFORE INSERT OR UPDATE ON ballots_envelope
    FOR EACH ROW EXECUTE FUNCTION ballots_envelope_fits_the_box();
CREATE TRIGGER stays_in_the_box BEFORE DELETE ON ballots_envelope
    FOR EACH ROW EXECUTE FUNCTION ballots_envelope_stays();
CREATE TRIGGER in_use BEFORE UPDATE OR DELETE ON ballots_ballotboxkey
    FOR EACH ROW EXECUTE FUNCTION ballots_key_is_in_use();
"""

BACK = """
DROP TRIGGER in_use ON ballots_ballotboxkey;
DROP TRIGGER stays_in_the_box ON ballots_envelope;
DROP TRIGGER fits_the_box ON ballots_envelope;
DROP TRIGGER frozen_with_its_paper ON budgeting_contest;
DROP TRIGGER the_paper_is_full ON ballots_ballotline;
DROP FUNCTION ballots_key_is_in_use, ballots_envelope_stays, ballots_envelope_fits_the_box, ballots_contest_is_frozen,
    ballots_line_is_on_its_paper;
"""


def only_grows(table: str) -> migrations.RunSQL:
    """Let the database refuse UPDATE, DELETE and TRUNCATE of a table of this room, by the audit log's own function."""
    table = f"ballots_{table}"
    return migrations.RunSQL(
        f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION only_grows(); ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows",
        f"DROP TRIGGER only_grows ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ballots", "0001_ballots"),
        ("budgeting", "0002_calendar_and_money"),
        ("accounts", "0002_what_the_database_refuses"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS, BACK), *map(only_grows, WRITTEN_ONCE)]
