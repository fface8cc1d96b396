"""A hiding is confirmed by another, or by nobody where the city has announced that one is enough.

Enabled ALWAYS, so that no session can switch it off (`session_replication_role`).
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION proposals_another_confirms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.confirmed_at IS NOT NULL THEN  -- an account may be taken away later
            RETURN NEW;
        END IF;
    END IF;
    IF (NEW.confirmed_by_id IS NULL OR NEW.confirmed_by_id IS NOT DISTINCT FROM NEW.by_id) AND NOT EXISTS (
        SELECT FROM budgeting_oneisenough
        WHERE revoked_at IS NULL AND announced_at + interval '24 hours' <= NEW.confirmed_at
    ) THEN
        RAISE EXCEPTION 'another person confirms a hiding' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER another_confirms BEFORE INSERT OR UPDATE OF confirmed_at ON proposals_hiding
    FOR EACH ROW WHEN (NEW.confirmed_at IS NOT NULL) EXECUTE FUNCTION proposals_another_confirms();
ALTER TABLE proposals_hiding ENABLE ALWAYS TRIGGER another_confirms;
"""


class Migration(migrations.Migration):
    dependencies = [("proposals", "0007_a_hiding_holds"), ("budgeting", "0006_an_act_is_settled_once")]
    operations = [migrations.RunSQL(GUARD)]
