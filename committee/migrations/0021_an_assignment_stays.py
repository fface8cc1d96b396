"""An assignment stays; it is accepted once and ends once, and one that has ended changes no more.

The guard is enabled ALWAYS, so that no session can switch it off (`session_replication_role`).
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION committee_assignment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['accepted_at', 'ended_at', 'ended_reason', 'ended_by_id'];
    gone text[] := ARRAY['by_id', 'ended_by_id'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - may_change - 'by_id' <> to_jsonb(OLD) - may_change - 'by_id'
        OR (NEW.by_id IS NOT NULL AND NEW.by_id IS DISTINCT FROM OLD.by_id)
        OR (OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS DISTINCT FROM OLD.accepted_at)
        OR (OLD.ended_at IS NOT NULL AND to_jsonb(NEW) - gone <> to_jsonb(OLD) - gone)
        OR (OLD.ended_at IS NOT NULL AND NEW.ended_by_id IS NOT NULL
            AND NEW.ended_by_id IS DISTINCT FROM OLD.ended_by_id) THEN
        RAISE EXCEPTION 'an assignment stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON committee_assignment
    FOR EACH ROW EXECUTE FUNCTION committee_assignment_stays();
ALTER TABLE committee_assignment ENABLE ALWAYS TRIGGER stays;
"""

BACK = """
DROP TRIGGER stays ON committee_assignment;
DROP FUNCTION committee_assignment_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("committee", "0020_work_accepted_and_given_back")]
    operations = [migrations.RunSQL(GUARD, BACK)]
