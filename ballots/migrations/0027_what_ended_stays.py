"""A ceremony that has ended, and whatever a holder did in it, stays as it was.

The guards are enabled ALWAYS, as in 0002.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION ballots_ceremony_has_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this ceremony of the key has ended' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION ballots_part_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ballots_ceremony WHERE id IN (OLD.ceremony_id, NEW.ceremony_id) AND ended_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'this ceremony of the key has ended' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER has_ended BEFORE UPDATE OR DELETE ON ballots_ceremony
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION ballots_ceremony_has_ended();
CREATE TRIGGER stays BEFORE INSERT OR UPDATE OR DELETE ON ballots_part
    FOR EACH ROW EXECUTE FUNCTION ballots_part_stays();
ALTER TABLE ballots_ceremony ENABLE ALWAYS TRIGGER has_ended;
ALTER TABLE ballots_part ENABLE ALWAYS TRIGGER stays;
"""

BACK = """
DROP TRIGGER stays ON ballots_part;
DROP TRIGGER has_ended ON ballots_ceremony;
DROP FUNCTION ballots_part_stays, ballots_ceremony_has_ended;
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0026_ceremonies")]

    operations = [migrations.RunSQL(GUARDS, BACK)]
