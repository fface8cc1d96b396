"""What is withheld from view follows what two people did, and the copy of its reason follows that.

Every guard is enabled ALWAYS, so that no session can switch it off (`session_replication_role`).
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION proposals_two_withhold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about text := CASE WHEN NEW.photo_id IS NULL THEN 'proposals.proposal:' || NEW.proposal_id
        ELSE 'proposals.photo:' || NEW.photo_id END;
    wanted text := CASE WHEN NEW.withheld THEN 'withhold from view' ELSE 'show what was withheld' END;
BEGIN
    IF NOT EXISTS (
        SELECT FROM budgeting_jointact
        WHERE id = NEW.act_id AND confirmed AND kind = wanted AND "on" = about AND plan->>'reason' = NEW.reason
            AND proposed_by_id = NEW.by_id AND settled_at = NEW.at
            AND CASE WHEN alone_by_id IS NULL THEN settled_by_id END IS NOT DISTINCT FROM NEW.confirmed_by_id
    ) THEN
        RAISE EXCEPTION 'two people withhold from view, and show again' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.photo_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM proposals_photo WHERE id = NEW.photo_id AND proposal_id = NEW.proposal_id
    ) THEN
        RAISE EXCEPTION 'this photo is of another proposal' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Why a text or a photo is withheld; empty if it is in view.
CREATE FUNCTION proposals_withheld(text_of bigint, of_photo bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT COALESCE((
        SELECT CASE WHEN withheld THEN reason ELSE '' END FROM proposals_withholding
        WHERE (of_photo IS NULL AND photo_id IS NULL AND proposal_id = text_of) OR photo_id = of_photo
        ORDER BY id DESC LIMIT 1
    ), '')
$$;

CREATE FUNCTION proposals_tell_what_is_withheld() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.photo_id IS NULL THEN
        UPDATE proposals_proposal SET withheld = proposals_withheld(id, NULL) WHERE id = NEW.proposal_id;
    ELSE
        UPDATE proposals_photo SET withheld = proposals_withheld(proposal_id, id) WHERE id = NEW.photo_id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION proposals_withheld_is_a_copy() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    holds text := CASE WHEN TG_TABLE_NAME = 'proposals_photo'
        THEN proposals_withheld(NULL, NEW.id) ELSE proposals_withheld(NEW.id, NULL) END;
BEGIN
    IF NEW.withheld IS DISTINCT FROM holds THEN
        RAISE EXCEPTION 'what is withheld from view is what two people withheld'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- A photo that is not shown is not thrown away meanwhile.
CREATE FUNCTION proposals_what_is_withheld_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is withheld from view stays' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER two_withhold BEFORE INSERT ON proposals_withholding
    FOR EACH ROW EXECUTE FUNCTION proposals_two_withhold();
CREATE TRIGGER is_told AFTER INSERT ON proposals_withholding
    FOR EACH ROW EXECUTE FUNCTION proposals_tell_what_is_withheld();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON proposals_withholding
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER withheld_is_a_copy BEFORE INSERT OR UPDATE OF withheld ON proposals_proposal
    FOR EACH ROW EXECUTE FUNCTION proposals_withheld_is_a_copy();
CREATE TRIGGER withheld_is_a_copy BEFORE INSERT OR UPDATE OF withheld ON proposals_photo
    FOR EACH ROW EXECUTE FUNCTION proposals_withheld_is_a_copy();
CREATE TRIGGER withheld_stays BEFORE DELETE ON proposals_photo
    FOR EACH ROW WHEN (OLD.withheld <> '') EXECUTE FUNCTION proposals_what_is_withheld_stays();
ALTER TABLE proposals_withholding ENABLE ALWAYS TRIGGER two_withhold;
ALTER TABLE proposals_withholding ENABLE ALWAYS TRIGGER is_told;
ALTER TABLE proposals_withholding ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE proposals_proposal ENABLE ALWAYS TRIGGER withheld_is_a_copy;
ALTER TABLE proposals_photo ENABLE ALWAYS TRIGGER withheld_is_a_copy;
ALTER TABLE proposals_photo ENABLE ALWAYS TRIGGER withheld_stays;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("proposals", "0002_withheld_from_view"),
        ("budgeting", "0006_an_act_is_settled_once"),
        ("audit", "0002_only_grows"),
    ]
    operations = [migrations.RunSQL(GUARDS)]
