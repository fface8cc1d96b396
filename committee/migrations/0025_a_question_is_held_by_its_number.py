"""Who goes on with a question holds it by its number, and not by its row: rows that only grow are not locked.

To lock a row takes the right to change it, which whoever acts in the database does not have there.
"""

from django.db import migrations

GOES_ON = """
CREATE FUNCTION committee_goes_on_with(opinion bigint) RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT pg_advisory_xact_lock(hashtext('committee_opinion'), hashint8(opinion))
$$;
"""

BY_ITS_ROW = "PERFORM FROM committee_opinion WHERE id = NEW.opinion_id FOR NO KEY UPDATE;"
BY_ITS_NUMBER = "PERFORM committee_goes_on_with(NEW.opinion_id);"

# As in 0024, but for the first statement.
FOLLOWS = """
CREATE OR REPLACE FUNCTION committee_station_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    station committee_station;
    hands bigint[] := '{}';
    has bigint;
    is_next boolean;
BEGIN
    PERFORM committee_goes_on_with(NEW.opinion_id);
    is_next := NEW.place = 1;
    FOR station IN SELECT * FROM committee_station WHERE opinion_id = NEW.opinion_id ORDER BY place LOOP
        IF station.kind IN ('asked', 'forwarded') THEN
            hands := hands || station.department_id;
        ELSIF station.kind = 'returned' THEN
            hands := trim_array(hands, 1);
        ELSIF station.kind = 'answered' THEN
            hands := '{}';
        END IF;
        is_next := NEW.place = station.place + 1;
    END LOOP;
    has := hands[cardinality(hands)];
    IF NOT is_next OR COALESCE(
        CASE NEW.kind
            WHEN 'asked' THEN NEW.place = 1
            WHEN 'accepted' THEN NEW.department_id = has
            WHEN 'answered' THEN NEW.department_id = has AND EXISTS (
                SELECT FROM committee_finding WHERE (opinion_id, department_id, by_id) = (NEW.opinion_id, has, NEW.by_id)
            )
            WHEN 'forwarded' THEN EXISTS (
                SELECT FROM committee_mayhand WHERE (department_id, to_id) = (has, NEW.department_id)
            )
            WHEN 'returned' THEN
                has IS NOT NULL AND NEW.department_id IS NOT DISTINCT FROM hands[cardinality(hands) - 1]
        END, false) IS FALSE THEN
        RAISE EXCEPTION 'this is not the next station of a question' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

BACK = f"""
{FOLLOWS.replace(BY_ITS_NUMBER, BY_ITS_ROW)}
DROP FUNCTION committee_goes_on_with;
"""


class Migration(migrations.Migration):
    dependencies = [("committee", "0024_the_way_of_a_question_only_grows")]
    operations = [migrations.RunSQL(GOES_ON + FOLLOWS, BACK)]
