"""What the database refuses of acts that take two people, whoever asks: to change, to settle twice, to be forgotten."""

from django.db import migrations

GUARD = """
CREATE FUNCTION budgeting_act_is_settled_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.settled_at IS NOT NULL THEN
        RAISE EXCEPTION 'this act is settled' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.kind, NEW."on", NEW.cycle_id, NEW.facts, NEW.plan, NEW.proposed_by_id, NEW.proposed_at) IS DISTINCT FROM
        (OLD.kind, OLD."on", OLD.cycle_id, OLD.facts, OLD.plan, OLD.proposed_by_id, OLD.proposed_at) THEN
        RAISE EXCEPTION 'what was proposed does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.alone_by_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM budgeting_oneisenough
        WHERE id = NEW.alone_by_id AND revoked_at IS NULL AND announced_at + interval '24 hours' <= NEW.settled_at
    ) THEN
        RAISE EXCEPTION 'one person is not enough' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION budgeting_act_begins_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.settled_at IS NOT NULL OR NEW.alone_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'an act is proposed before it is settled' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION budgeting_announcement_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL OR (NEW.reason, NEW.announced_by_id, NEW.announced_at) IS DISTINCT FROM
        (OLD.reason, OLD.announced_by_id, OLD.announced_at) THEN
        RAISE EXCEPTION 'what was announced does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER begins_open BEFORE INSERT ON budgeting_jointact
    FOR EACH ROW EXECUTE FUNCTION budgeting_act_begins_open();
CREATE TRIGGER settled_once BEFORE UPDATE ON budgeting_jointact
    FOR EACH ROW EXECUTE FUNCTION budgeting_act_is_settled_once();
CREATE TRIGGER stands BEFORE UPDATE ON budgeting_oneisenough
    FOR EACH ROW EXECUTE FUNCTION budgeting_announcement_stands();
CREATE TRIGGER is_kept BEFORE DELETE OR TRUNCATE ON budgeting_jointact
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER is_kept BEFORE DELETE OR TRUNCATE ON budgeting_oneisenough
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE budgeting_jointact ENABLE ALWAYS TRIGGER begins_open;
ALTER TABLE budgeting_jointact ENABLE ALWAYS TRIGGER settled_once;
ALTER TABLE budgeting_jointact ENABLE ALWAYS TRIGGER is_kept;
ALTER TABLE budgeting_oneisenough ENABLE ALWAYS TRIGGER stands;
ALTER TABLE budgeting_oneisenough ENABLE ALWAYS TRIGGER is_kept;
"""

BACK = """
DROP TRIGGER is_kept ON budgeting_oneisenough;
DROP TRIGGER is_kept ON budgeting_jointact;
DROP TRIGGER stands ON budgeting_oneisenough;
DROP TRIGGER settled_once ON budgeting_jointact;
DROP TRIGGER begins_open ON budgeting_jointact;
DROP FUNCTION budgeting_announcement_stands, budgeting_act_begins_open, budgeting_act_is_settled_once;
"""


class Migration(migrations.Migration):
    dependencies = [("budgeting", "0005_acts_of_two_people"), ("audit", "0002_only_grows")]
    operations = [migrations.RunSQL(GUARD, BACK)]
