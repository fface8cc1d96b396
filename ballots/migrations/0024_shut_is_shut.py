"""Once the last batch of the board is up the box takes nothing more; and who took part has a ballot in it.

With an envelope that came later, or one whose bytes are not what its fingerprint says, the box could not be opened: so
the database refuses what the opening would find. Every guard is enabled ALWAYS, as in 0002.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION ballots_envelope_stays_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.sealed, NEW.fingerprint, NEW.channel) = (OLD.sealed, OLD.fingerprint, OLD.channel) THEN
            RETURN NEW;  -- it goes along with its line of the register
        END IF;
        IF (NEW.sealed = OLD.sealed) <> (NEW.fingerprint = OLD.fingerprint) THEN
            RAISE EXCEPTION 'an envelope and its fingerprint change together'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF EXISTS (SELECT FROM ballots_boardbatch WHERE contest_id = NEW.contest_id AND final) THEN
        RAISE EXCEPTION 'the box of this contest is shut' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ballots_who_took_part_has_a_ballot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ballots_envelope WHERE (resident_id, contest_id) = (NEW.resident_id, NEW.contest_id)
    ) THEN
        RAISE EXCEPTION 'who took part has a ballot in the box' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stays_whole BEFORE INSERT OR UPDATE ON ballots_envelope
    FOR EACH ROW EXECUTE FUNCTION ballots_envelope_stays_whole();
CREATE TRIGGER has_a_ballot BEFORE INSERT OR UPDATE ON ballots_participation
    FOR EACH ROW EXECUTE FUNCTION ballots_who_took_part_has_a_ballot();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON ballots_participation
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE ballots_envelope ENABLE ALWAYS TRIGGER stays_whole;
ALTER TABLE ballots_participation ENABLE ALWAYS TRIGGER has_a_ballot;
ALTER TABLE ballots_participation ENABLE ALWAYS TRIGGER is_not_emptied;
"""

BACK = """
DROP TRIGGER is_not_emptied ON ballots_participation;
DROP TRIGGER has_a_ballot ON ballots_participation;
DROP TRIGGER stays_whole ON ballots_envelope;
DROP FUNCTION ballots_who_took_part_has_a_ballot, ballots_envelope_stays_whole;
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0023_after_the_opening"), ("audit", "0002_only_grows")]

    operations = [migrations.RunSQL(GUARDS, BACK)]
