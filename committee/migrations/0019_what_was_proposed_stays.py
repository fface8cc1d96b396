"""A change that was proposed stays, and so do its author's answer and a ruling; one settles it, and never both.

Every guard is enabled ALWAYS, so that no session can switch it off (`session_replication_role`).
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION committee_change_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['agrees', 'said', 'answered_at', 'version_id'];
    ruled boolean := (SELECT applies FROM committee_changeruling WHERE change_id = OLD.id);
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
        OR OLD.agrees IS NOT NULL OR OLD.version_id IS NOT NULL
        OR (NEW.agrees IS NOT NULL AND ruled IS NOT NULL)
        OR (NEW.agrees IS NULL AND NEW.version_id IS NOT NULL AND ruled IS NOT TRUE) THEN
        RAISE EXCEPTION 'a proposed change stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION committee_change_may_be_ruled_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM committee_proposedchange
        WHERE id = NEW.change_id AND (agrees IS NOT NULL OR by_id = NEW.by_id OR until > NEW.at)
    ) THEN
        RAISE EXCEPTION 'another rules on a change without an answer, after its date'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON committee_proposedchange
    FOR EACH ROW EXECUTE FUNCTION committee_change_stays();
CREATE TRIGGER may_be_ruled_on BEFORE INSERT ON committee_changeruling
    FOR EACH ROW EXECUTE FUNCTION committee_change_may_be_ruled_on();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON committee_changeruling
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE committee_proposedchange ENABLE ALWAYS TRIGGER stays;
ALTER TABLE committee_changeruling ENABLE ALWAYS TRIGGER may_be_ruled_on;
ALTER TABLE committee_changeruling ENABLE ALWAYS TRIGGER only_grows;
"""

BACK = """
DROP TRIGGER stays ON committee_proposedchange;
DROP TRIGGER may_be_ruled_on ON committee_changeruling;
DROP TRIGGER only_grows ON committee_changeruling;
DROP FUNCTION committee_change_stays;
DROP FUNCTION committee_change_may_be_ruled_on;
"""


class Migration(migrations.Migration):
    dependencies = [("committee", "0018_proposed_changes_of_texts"), ("audit", "0002_only_grows")]
    operations = [migrations.RunSQL(GUARDS, BACK)]
