"""Two lines of the register are joined by two people, with every envelope under the one that ends; nothing else is.

Everything hangs on the row that says so. By it an envelope goes to the line that stays, or is set aside because another
counts in its place; at the end of the transaction no counted envelope is left under the line that ended. That line
never comes back, nobody votes for it, and what is set aside stays as it is. Every guard is enabled ALWAYS, as in 0002.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION ballots_lines_are_joined_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM residents_resident ended JOIN residents_resident stays USING (cycle_id)
        WHERE ended.id = NEW.ended_id AND stays.id = NEW.stays_id
            AND ended.removed_at IS NOT NULL AND stays.removed_at IS NULL
    ) OR EXISTS (
        SELECT FROM residents_joinedline WHERE stays_id = NEW.ended_id OR ended_id = NEW.stays_id
    ) THEN
        RAISE EXCEPTION 'a line that ended is joined to one on the register'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM budgeting_jointact
        WHERE id = NEW.act_id AND confirmed AND kind = 'join two lines of a register'
            AND facts = jsonb_build_object('ended', NEW.ended_id, 'stays', NEW.stays_id, 'reason', NEW.reason)
            AND proposed_by_id = NEW.by_id AND settled_at = NEW.at
            AND CASE WHEN alone_by_id IS NULL THEN settled_by_id END IS NOT DISTINCT FROM NEW.confirmed_by_id
    ) THEN
        RAISE EXCEPTION 'two people join lines of a register' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- As long as nobody has voted a register may be begun anew, if its key is lost.
CREATE FUNCTION ballots_joined_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT ballots_has_begun((SELECT cycle_id FROM residents_resident WHERE id = OLD.stays_id)) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'lines that were joined stay so' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION ballots_joined_line_never_comes_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM residents_joinedline WHERE ended_id = NEW.id) THEN
        RAISE EXCEPTION 'this line was joined with another' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ballots_nothing_is_left_behind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ballots_envelope WHERE resident_id = NEW.ended_id
            AND fingerprint NOT IN (SELECT fingerprint FROM ballots_setaside)
    ) THEN
        RAISE EXCEPTION 'a ballot was left behind under a line that ended'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

-- Under the line that stays there is one in its place: in this contest, or in another district.
CREATE FUNCTION ballots_another_counts_in_its_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ballots_envelope aside
        JOIN residents_joinedline ON ended_id = aside.resident_id AND residents_joinedline.id = NEW.joined_id
        JOIN ballots_envelope counts ON counts.resident_id = stays_id
        JOIN budgeting_contest here ON here.id = aside.contest_id
        JOIN budgeting_district home ON home.id = here.district_id
        JOIN budgeting_contest other ON other.id = counts.contest_id AND other.cycle_id = here.cycle_id
        JOIN budgeting_district elsewhere ON elsewhere.id = other.district_id
        WHERE (aside.contest_id, aside.fingerprint) = (NEW.contest_id, NEW.fingerprint) AND (
            here.id = other.id OR (NOT home.city_wide AND NOT elsewhere.city_wide AND home.id <> elsewhere.id)
        )
    ) THEN
        RAISE EXCEPTION 'an envelope is set aside where another counts in its place'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM ballots_boardbatch WHERE contest_id = NEW.contest_id AND final) THEN
        RAISE EXCEPTION 'the vote of this contest is closed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ballots_envelope_fits_the_box() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF octet_length(NEW.sealed) IS DISTINCT FROM
        (SELECT 1136 + 17 + 2 * size FROM ballots_ballotpaper WHERE contest_id = NEW.contest_id) THEN
        RAISE EXCEPTION 'this envelope has not the length of its contest' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM ballots_opening JOIN budgeting_contest USING (cycle_id) WHERE budgeting_contest.id = NEW.contest_id)
        THEN
        RAISE EXCEPTION 'the box has been opened' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND EXISTS (SELECT FROM ballots_setaside WHERE fingerprint = OLD.fingerprint) THEN
        RAISE EXCEPTION 'this envelope was set aside' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.resident_id, NEW.contest_id) <> (OLD.resident_id, OLD.contest_id) AND NOT (
        to_jsonb(NEW) - 'resident_id' = to_jsonb(OLD) - 'resident_id' AND EXISTS (
            SELECT FROM residents_joinedline WHERE (ended_id, stays_id) = (OLD.resident_id, NEW.resident_id)
        )
    ) THEN
        RAISE EXCEPTION 'an envelope stays with its resident' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM residents_joinedline WHERE ended_id = NEW.resident_id) THEN
        RAISE EXCEPTION 'this line was joined with another' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER by_two BEFORE INSERT ON residents_joinedline
    FOR EACH ROW EXECUTE FUNCTION ballots_lines_are_joined_by_two();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON residents_joinedline
    FOR EACH ROW EXECUTE FUNCTION ballots_joined_line_stays();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON residents_joinedline
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE CONSTRAINT TRIGGER nothing_is_left_behind AFTER INSERT ON residents_joinedline DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ballots_nothing_is_left_behind();
CREATE TRIGGER never_comes_back BEFORE UPDATE ON residents_resident
    FOR EACH ROW WHEN (NEW.removed_at IS NULL AND OLD.removed_at IS NOT NULL)
    EXECUTE FUNCTION ballots_joined_line_never_comes_back();
CREATE TRIGGER another_in_its_place BEFORE INSERT ON ballots_setaside
    FOR EACH ROW EXECUTE FUNCTION ballots_another_counts_in_its_place();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ballots_setaside
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER votes_at_home_when_joined BEFORE UPDATE OF resident_id ON ballots_envelope
    FOR EACH ROW EXECUTE FUNCTION ballots_resident_votes_at_home();

ALTER TABLE residents_joinedline ENABLE ALWAYS TRIGGER by_two;
ALTER TABLE residents_joinedline ENABLE ALWAYS TRIGGER stays;
ALTER TABLE residents_joinedline ENABLE ALWAYS TRIGGER is_not_emptied;
ALTER TABLE residents_joinedline ENABLE ALWAYS TRIGGER nothing_is_left_behind;
ALTER TABLE residents_resident ENABLE ALWAYS TRIGGER never_comes_back;
ALTER TABLE ballots_setaside ENABLE ALWAYS TRIGGER another_in_its_place;
ALTER TABLE ballots_setaside ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE ballots_envelope ENABLE ALWAYS TRIGGER votes_at_home_when_joined;
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0014_envelopes_set_aside"), ("budgeting", "0006_an_act_is_settled_once")]
    operations = [migrations.RunSQL(GUARDS)]
