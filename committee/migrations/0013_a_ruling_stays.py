"""What is public of a resolution stays, and so do a ruling on a merger and the answers it rests on.

Every guard is enabled ALWAYS, so that no session can switch it off (`session_replication_role`).
"""

from django.db import migrations

GUARDS = """
CREATE OR REPLACE FUNCTION committee_resolution_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['decision_id', 'void', 'replaced_by_id', 'public_at'];
BEGIN
    IF OLD.void <> '' THEN
        may_change := ARRAY['public_at'];
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
        OR OLD.public_at IS NOT NULL THEN
        RAISE EXCEPTION 'a resolution stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION committee_consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['agrees', 'answered_at'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
        OR EXISTS (
            SELECT FROM committee_resolution WHERE id = OLD.resolution_id AND (decision_id IS NOT NULL OR void <> '')
        )
        OR EXISTS (SELECT FROM committee_mergerruling WHERE resolution_id = OLD.resolution_id) THEN
        RAISE EXCEPTION 'an answer to a merger stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON committee_mergerruling
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE committee_mergerruling ENABLE ALWAYS TRIGGER only_grows;
"""

BACK = """
DROP TRIGGER only_grows ON committee_mergerruling;

CREATE OR REPLACE FUNCTION committee_resolution_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['decision_id', 'void'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
        OR OLD.decision_id IS NOT NULL OR OLD.void <> '' THEN
        RAISE EXCEPTION 'a resolution stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION committee_consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("committee", "0012_what_is_resolved_is_public_or_void"), ("audit", "0002_only_grows")]
    operations = [migrations.RunSQL(GUARDS, BACK)]
