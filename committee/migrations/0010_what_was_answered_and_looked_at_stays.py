"""A correction that was looked at stays, and so does an author's answer once the merger is public.

Every guard is enabled ALWAYS, so that no session can switch it off (`session_replication_role`).
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION committee_correction_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.decision_id <> OLD.decision_id
        OR (OLD.looked_at IS NOT NULL AND to_jsonb(NEW) - 'looked_by_id' <> to_jsonb(OLD) - 'looked_by_id')
        OR (OLD.looked_at IS NOT NULL AND NEW.looked_by_id IS NOT NULL
            AND NEW.looked_by_id IS DISTINCT FROM OLD.looked_by_id) THEN
        RAISE EXCEPTION 'a correction stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION committee_consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['agrees', 'answered_at'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
        OR EXISTS (
            SELECT FROM committee_resolution WHERE id = OLD.resolution_id AND (decision_id IS NOT NULL OR void <> '')
        ) THEN
        RAISE EXCEPTION 'an answer to a merger stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON committee_correction
    FOR EACH ROW EXECUTE FUNCTION committee_correction_stays();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON committee_consent
    FOR EACH ROW EXECUTE FUNCTION committee_consent_stays();
ALTER TABLE committee_correction ENABLE ALWAYS TRIGGER stays;
ALTER TABLE committee_consent ENABLE ALWAYS TRIGGER stays;
"""

BACK = """
DROP TRIGGER stays ON committee_correction;
DROP TRIGGER stays ON committee_consent;
DROP FUNCTION committee_correction_stays;
DROP FUNCTION committee_consent_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("committee", "0009_where_a_card_was_saved")]
    operations = [migrations.RunSQL(GUARDS, BACK)]
