"""What was changed in a calendar is only ever added to, and a vote is paused and resumed in turn."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION budgeting_vote_is_paused(about bigint) RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT COALESCE((
        SELECT kind = 'paused' FROM budgeting_calendarchange
        WHERE cycle_id = about AND kind IN ('paused', 'resumed', 'ended') ORDER BY id DESC LIMIT 1
    ), false)
$$;

-- The lock on the cycle makes it wait for the votes that are being cast, and two changes come in turn.
CREATE FUNCTION budgeting_changes_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM budgeting_cycle WHERE id = NEW.cycle_id FOR NO KEY UPDATE;
    IF NEW.kind IN ('paused', 'extended') AND budgeting_vote_is_paused(NEW.cycle_id)
        OR NEW.kind = 'resumed' AND NOT budgeting_vote_is_paused(NEW.cycle_id) THEN
        RAISE EXCEPTION 'a vote is paused and resumed in turn' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER in_turn BEFORE INSERT ON budgeting_calendarchange
    FOR EACH ROW EXECUTE FUNCTION budgeting_changes_in_turn();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON budgeting_calendarchange
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE budgeting_calendarchange ENABLE ALWAYS TRIGGER in_turn;
ALTER TABLE budgeting_calendarchange ENABLE ALWAYS TRIGGER only_grows;
"""

BACK = """
DROP TRIGGER only_grows ON budgeting_calendarchange;
DROP TRIGGER in_turn ON budgeting_calendarchange;
DROP FUNCTION budgeting_changes_in_turn, budgeting_vote_is_paused(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("budgeting", "0009_what_changed_in_a_calendar"), ("audit", "0002_only_grows")]
    operations = [migrations.RunSQL(GUARDS, BACK)]
