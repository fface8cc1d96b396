"""What the database itself refuses, whoever asks: the ballot paper, the envelopes, the key and the close of the vote.

Every guard is enabled ALWAYS, so that no session can switch it off (`session_replication_role`).
"""

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

GUARDS = """
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
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON ballots_envelope
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER in_use BEFORE UPDATE OR DELETE ON ballots_ballotboxkey
    FOR EACH ROW EXECUTE FUNCTION ballots_key_is_in_use();

-- The register may move a resident to another district while voting is open: who has voted in one votes in no other.
-- The lock makes two votes of one resident come in turn.
CREATE FUNCTION ballots_resident_votes_at_home() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM residents_resident WHERE id = NEW.resident_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN  -- the foreign key says so too, unless a session has put foreign keys out of action
        RAISE EXCEPTION 'there is no such resident' USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF EXISTS (
        SELECT FROM budgeting_contest here
        JOIN budgeting_district home ON home.id = here.district_id AND NOT home.city_wide
        JOIN budgeting_contest other ON other.cycle_id = here.cycle_id AND other.district_id <> here.district_id
        JOIN budgeting_district elsewhere ON elsewhere.id = other.district_id AND NOT elsewhere.city_wide
        JOIN ballots_envelope ON contest_id = other.id AND resident_id = NEW.resident_id
        WHERE here.id = NEW.contest_id
    ) THEN
        RAISE EXCEPTION 'this resident has voted in another district' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Envelopes and the board name the cycle and the contest by their addresses: with another one no envelope opens.
CREATE FUNCTION ballots_cycle_is_on_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ballots_ballotpaper JOIN budgeting_contest ON budgeting_contest.id = contest_id
               WHERE cycle_id = OLD.id) THEN
        RAISE EXCEPTION 'a ballot paper of this cycle is frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION ballots_district_is_on_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ballots_ballotpaper JOIN budgeting_contest ON budgeting_contest.id = contest_id
               WHERE district_id = OLD.id) THEN
        RAISE EXCEPTION 'a ballot paper of this district is frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Once the final batch is on the board nobody votes any more: with a later envelope the box could not be opened.
CREATE FUNCTION ballots_vote_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ballots_boardbatch JOIN budgeting_contest ON budgeting_contest.id = contest_id
               WHERE cycle_id = NEW.cycle_id AND final) THEN
        RAISE EXCEPTION 'the vote of this cycle is closed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER votes_at_home BEFORE INSERT ON ballots_envelope
    FOR EACH ROW EXECUTE FUNCTION ballots_resident_votes_at_home();
CREATE TRIGGER on_paper BEFORE UPDATE ON budgeting_cycle
    FOR EACH ROW WHEN ((OLD.slug, OLD.currency) IS DISTINCT FROM (NEW.slug, NEW.currency))
    EXECUTE FUNCTION ballots_cycle_is_on_paper();
CREATE TRIGGER on_paper BEFORE UPDATE ON budgeting_district
    FOR EACH ROW WHEN ((OLD.slug, OLD.city_wide) IS DISTINCT FROM (NEW.slug, NEW.city_wide))
    EXECUTE FUNCTION ballots_district_is_on_paper();
CREATE TRIGGER closed_for_good BEFORE INSERT OR UPDATE ON budgeting_phase
    FOR EACH ROW WHEN (NEW.stage = 'voting' AND (NEW.closes IS NULL OR NEW.closes > clock_timestamp()))
    EXECUTE FUNCTION ballots_vote_is_closed();

ALTER TABLE ballots_ballotline ENABLE ALWAYS TRIGGER the_paper_is_full;
ALTER TABLE budgeting_contest ENABLE ALWAYS TRIGGER frozen_with_its_paper;
ALTER TABLE ballots_envelope ENABLE ALWAYS TRIGGER fits_the_box;
ALTER TABLE ballots_envelope ENABLE ALWAYS TRIGGER stays_in_the_box;
ALTER TABLE ballots_envelope ENABLE ALWAYS TRIGGER is_not_emptied;
ALTER TABLE ballots_ballotboxkey ENABLE ALWAYS TRIGGER in_use;
ALTER TABLE ballots_envelope ENABLE ALWAYS TRIGGER votes_at_home;
ALTER TABLE budgeting_cycle ENABLE ALWAYS TRIGGER on_paper;
ALTER TABLE budgeting_district ENABLE ALWAYS TRIGGER on_paper;
ALTER TABLE budgeting_phase ENABLE ALWAYS TRIGGER closed_for_good;
"""

BACK = """
DROP TRIGGER closed_for_good ON budgeting_phase;
DROP TRIGGER on_paper ON budgeting_district;
DROP TRIGGER on_paper ON budgeting_cycle;
DROP TRIGGER votes_at_home ON ballots_envelope;
DROP FUNCTION ballots_vote_is_closed, ballots_district_is_on_paper, ballots_cycle_is_on_paper,
    ballots_resident_votes_at_home;
DROP TRIGGER in_use ON ballots_ballotboxkey;
DROP TRIGGER is_not_emptied ON ballots_envelope;
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
    dependencies = [("ballots", "0001_ballots"), ("audit", "0002_only_grows")]
    operations = [migrations.RunSQL(GUARDS, BACK), *map(only_grows, WRITTEN_ONCE)]
