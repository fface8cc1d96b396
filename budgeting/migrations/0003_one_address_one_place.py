"""No address leads to two places: a contest has its own district's address or one that no district has."""

from django.db import migrations

GUARD = """
CREATE FUNCTION budgeting_one_address_one_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM budgeting_contest contest JOIN budgeting_district district USING (slug)
        WHERE contest.district_id <> district.id
    ) THEN
        RAISE EXCEPTION 'this address is taken' USING ERRCODE = 'unique_violation', CONSTRAINT = 'one_address_one_place';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER one_address_one_place AFTER INSERT OR UPDATE ON budgeting_contest
    FOR EACH STATEMENT EXECUTE FUNCTION budgeting_one_address_one_place();
CREATE TRIGGER one_address_one_place AFTER INSERT OR UPDATE ON budgeting_district
    FOR EACH STATEMENT EXECUTE FUNCTION budgeting_one_address_one_place();
ALTER TABLE budgeting_contest ENABLE ALWAYS TRIGGER one_address_one_place;
ALTER TABLE budgeting_district ENABLE ALWAYS TRIGGER one_address_one_place;
"""

BACK = """
DROP TRIGGER one_address_one_place ON budgeting_district;
DROP TRIGGER one_address_one_place ON budgeting_contest;
DROP FUNCTION budgeting_one_address_one_place;
"""


class Migration(migrations.Migration):
    dependencies = [("budgeting", "0002_the_calendar_and_the_money")]
    operations = [migrations.RunSQL(GUARD, BACK)]
