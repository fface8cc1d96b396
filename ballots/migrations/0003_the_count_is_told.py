"""Every room may ask which contests are counted (budgeting.Counted), and the database keeps that true.

Looked at when the transaction ends, since the count and the row it leaves are written one after the other. Enabled
ALWAYS, as every guard.
"""

from django.db import migrations

TELL = """
INSERT INTO budgeting_counted (contest_id, at) SELECT contest_id, at FROM ballots_count;
SET CONSTRAINTS ALL IMMEDIATE;  -- what still waits for the end would keep the table from being altered

CREATE FUNCTION ballots_count_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    contest bigint;
BEGIN
    FOREACH contest IN ARRAY array_remove(ARRAY[OLD.contest_id, NEW.contest_id], NULL) LOOP
        IF (SELECT at FROM ballots_count WHERE contest_id = contest)
            IS DISTINCT FROM (SELECT at FROM budgeting_counted WHERE contest_id = contest) THEN
            RAISE EXCEPTION 'a contest is counted, and every room knows it, or neither'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER is_told AFTER INSERT OR UPDATE OR DELETE ON ballots_count
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ballots_count_is_told();
CREATE CONSTRAINT TRIGGER was_counted AFTER INSERT OR UPDATE OR DELETE ON budgeting_counted
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ballots_count_is_told();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON ballots_count
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON budgeting_counted
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();

ALTER TABLE ballots_count ENABLE ALWAYS TRIGGER is_told;
ALTER TABLE budgeting_counted ENABLE ALWAYS TRIGGER was_counted;
ALTER TABLE ballots_count ENABLE ALWAYS TRIGGER is_not_emptied;
ALTER TABLE budgeting_counted ENABLE ALWAYS TRIGGER is_not_emptied;
"""

BACK = """
DROP TRIGGER is_not_emptied ON budgeting_counted;
DROP TRIGGER is_not_emptied ON ballots_count;
DROP TRIGGER was_counted ON budgeting_counted;
DROP TRIGGER is_told ON ballots_count;
DROP FUNCTION ballots_count_is_told;
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0002_guards"), ("budgeting", "0007_what_is_counted")]
    operations = [migrations.RunSQL(TELL, BACK)]
