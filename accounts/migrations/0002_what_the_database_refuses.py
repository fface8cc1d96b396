"""What the database itself refuses or forgets, whoever asks.

`only_grows()` serves any table that may only be added to: give it a trigger named `only_grows`
(BEFORE UPDATE OR DELETE OR TRUNCATE … FOR EACH STATEMENT), enabled ALWAYS so that replica mode does not pass it by.
"""

from django.db import migrations

ONLY_GROWS = """
CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% may only be added to: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE accounts_auditevent ENABLE ALWAYS TRIGGER only_grows;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people")]

    operations = [
        migrations.RunSQL(ONLY_GROWS, "DROP TRIGGER only_grows ON accounts_auditevent; DROP FUNCTION only_grows();"),
        migrations.RunSQL("ALTER TABLE accounts_stagedline SET UNLOGGED", "ALTER TABLE accounts_stagedline SET LOGGED"),
    ]
