"""A message to or from an author stays; that somebody of the committee has read one is said once.

The guard is enabled ALWAYS, so that no session can switch it off (`session_replication_role`).
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION committee_message_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['read_at', 'read_by_id'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change OR OLD.read_at IS NOT NULL THEN
        RAISE EXCEPTION 'a message stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON committee_message
    FOR EACH ROW EXECUTE FUNCTION committee_message_stays();
ALTER TABLE committee_message ENABLE ALWAYS TRIGGER stays;
"""

BACK = """
DROP TRIGGER stays ON committee_message;
DROP FUNCTION committee_message_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("committee", "0015_messages_to_authors")]
    operations = [migrations.RunSQL(GUARD, BACK)]
