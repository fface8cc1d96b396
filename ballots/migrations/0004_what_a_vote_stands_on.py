"""What a vote stands on stays as it was: one home for each voter, the names an envelope is bound to, and the close."""

from django.db import migrations

FUNCTIONS = """
-- The register may move a resident to another district while voting is open: who has voted in one votes in no other.
-- The lock makes two votes of one resident come in turn.
CREATE FUNCTION ballots_resident_votes_at_home() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM accounts_resident WHERE id = NEW.resident_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM budgeting_contest here
        JOIN budgeting_district home ON home.id = here.district_id AND NOT home.city_wide
        JOIN budgeting_contest other ON other.cycle_id = here.cycle_id AND other.id <> here.id
        JOIN budgeting_district elsewhere ON elsewhere.id = other.district_id AND NOT elsewhere.city_wide
        JOIN ballots_envelope ON contest_id = other.id AND resident_id = NEW.resident_id
        WHERE here.id = NEW.contest_id
    ) THEN
        RAISE EXCEPTION 'this resident has voted in another district' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Envelopes and the board name the cycle and the district by their addresses: with another one no envelope opens.
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
"""

BACK = """
DROP TRIGGER closed_for_good ON budgeting_phase;
DROP TRIGGER on_paper ON budgeting_district;
DROP TRIGGER on_paper ON budgeting_cycle;
DROP TRIGGER votes_at_home ON ballots_envelope;
DROP FUNCTION ballots_vote_is_closed, ballots_district_is_on_paper, ballots_cycle_is_on_paper,
    ballots_resident_votes_at_home;
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0003_reports")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
