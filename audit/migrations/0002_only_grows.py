"""The log may only be added to.

`only_grows()` serves any table of which that is true: give it a trigger of that name, before UPDATE, DELETE and
TRUNCATE, for each statement. ENABLE ALWAYS, so that no session can pass it by (`session_replication_role`).
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% may only be added to: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE audit_auditevent ENABLE ALWAYS TRIGGER only_grows;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_log")]
    operations = [migrations.RunSQL(GUARD, "DROP TRIGGER only_grows ON audit_auditevent; DROP FUNCTION only_grows();")]
