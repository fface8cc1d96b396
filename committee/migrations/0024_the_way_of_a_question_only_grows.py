"""A question to a department stays as it was asked, and its answer as it was given. The way it takes only grows.

What comes next is asked of the stations there are: only who has it goes on with it, hands it on where a clerk has
opened that way, or gives it back to where it came from.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION committee_station_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    station committee_station;
    hands bigint[] := '{}';
    has bigint;
    is_next boolean;
BEGIN
    PERFORM FROM committee_opinion WHERE id = NEW.opinion_id FOR NO KEY UPDATE;
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

CREATE TRIGGER follows BEFORE INSERT ON committee_station
    FOR EACH ROW EXECUTE FUNCTION committee_station_follows();
ALTER TABLE committee_station ENABLE ALWAYS TRIGGER follows;

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON committee_station
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON committee_opinion
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON committee_finding
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE committee_station ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE committee_opinion ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE committee_finding ENABLE ALWAYS TRIGGER only_grows;
"""

BACK = """
DROP TRIGGER follows ON committee_station;
DROP FUNCTION committee_station_follows;
DROP TRIGGER only_grows ON committee_station;
DROP TRIGGER only_grows ON committee_opinion;
DROP TRIGGER only_grows ON committee_finding;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_only_grows"), ("committee", "0023_what_departments_are_asked")]
    operations = [migrations.RunSQL(GUARDS, BACK)]
