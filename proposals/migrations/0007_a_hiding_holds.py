"""A hiding is confirmed once and ended once, and nothing else of it changes; what it hides names it as long as it holds.

Every guard is enabled ALWAYS, so that no session can switch it off (`session_replication_role`).
"""

from django.db import migrations

THINGS = ("proposal", "comment", "photo", "version")

GUARDS = """
CREATE FUNCTION proposals_hiding_holds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['by_id', 'confirmed_at', 'confirmed_by_id', 'ended_at', 'ended_by_id'];
BEGIN
    IF TG_OP = 'DELETE' THEN  -- with the photo it was about, which its author may take away again
        IF OLD.ended_at IS NULL OR OLD.photo_id IS NULL THEN
            RAISE EXCEPTION 'a hiding stays on record' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.ended_at IS NOT NULL OR NEW.confirmed_by_id IS NOT NULL THEN
            RAISE EXCEPTION 'a hiding begins by one person' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NOT EXISTS (SELECT FROM proposals_proposal WHERE id = NEW.proposal_id AND number IS NOT NULL)
            OR (NEW.comment_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM proposals_comment WHERE (id, proposal_id) = (NEW.comment_id, NEW.proposal_id)
            ))
            OR (NEW.photo_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM proposals_photo WHERE (id, proposal_id) = (NEW.photo_id, NEW.proposal_id)
            ))
            OR (NEW.version_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM proposals_version WHERE (id, proposal_id) = (NEW.version_id, NEW.proposal_id)
            )) THEN
            RAISE EXCEPTION 'a hiding is of one submitted proposal' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
        OR (NEW.by_id IS DISTINCT FROM OLD.by_id AND NEW.by_id IS NOT NULL)
        OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at)
        OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
        OR (OLD.ended_at IS NOT NULL AND OLD.confirmed_at IS NULL AND NEW.confirmed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a hiding stays on record' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- What hides a thing; nothing while it is in view.
CREATE FUNCTION proposals_hidden_by(place text, thing bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT id FROM proposals_hiding WHERE ended_at IS NULL AND CASE place
        WHEN 'proposals_comment' THEN comment_id = thing
        WHEN 'proposals_photo' THEN photo_id = thing
        WHEN 'proposals_version' THEN version_id = thing
        ELSE proposal_id = thing AND comment_id IS NULL AND photo_id IS NULL AND version_id IS NULL
    END
$$;

CREATE FUNCTION proposals_tell_what_is_hidden() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    holds bigint := CASE WHEN NEW.ended_at IS NULL THEN NEW.id END;
BEGIN
    IF NEW.comment_id IS NOT NULL THEN
        UPDATE proposals_comment SET hiding_id = holds WHERE id = NEW.comment_id;
    ELSIF NEW.photo_id IS NOT NULL THEN
        UPDATE proposals_photo SET hiding_id = holds WHERE id = NEW.photo_id;
    ELSIF NEW.version_id IS NOT NULL THEN
        UPDATE proposals_version SET hiding_id = holds WHERE id = NEW.version_id;
    ELSE
        UPDATE proposals_proposal SET hiding_id = holds WHERE id = NEW.proposal_id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION proposals_hiding_is_a_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.hiding_id IS DISTINCT FROM proposals_hidden_by(TG_TABLE_NAME, NEW.id) THEN
        RAISE EXCEPTION 'what is hidden is what a hiding says' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER holds BEFORE INSERT OR UPDATE OR DELETE ON proposals_hiding
    FOR EACH ROW EXECUTE FUNCTION proposals_hiding_holds();
CREATE TRIGGER is_told AFTER INSERT OR UPDATE ON proposals_hiding
    FOR EACH ROW EXECUTE FUNCTION proposals_tell_what_is_hidden();
CREATE TRIGGER stays BEFORE TRUNCATE ON proposals_hiding FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE proposals_hiding ENABLE ALWAYS TRIGGER holds;
ALTER TABLE proposals_hiding ENABLE ALWAYS TRIGGER is_told;
ALTER TABLE proposals_hiding ENABLE ALWAYS TRIGGER stays;
"""

COPIES = "".join(
    f"""
CREATE TRIGGER hiding_is_a_copy BEFORE INSERT OR UPDATE OF hiding_id ON proposals_{thing}
    FOR EACH ROW EXECUTE FUNCTION proposals_hiding_is_a_copy();
ALTER TABLE proposals_{thing} ENABLE ALWAYS TRIGGER hiding_is_a_copy;
"""
    for thing in THINGS
)


class Migration(migrations.Migration):
    dependencies = [("proposals", "0006_hidden_once_at_a_time"), ("audit", "0002_only_grows")]
    operations = [migrations.RunSQL(GUARDS + COPIES)]
