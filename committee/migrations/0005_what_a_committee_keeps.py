"""Who is recused has no vote, a vote that is over changes no more, and recusals, referrals and resolutions stay.

Every guard is enabled ALWAYS, so that no session can switch it off (`session_replication_role`).
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION committee_may_vote() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    motion committee_motion;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a vote of a committee stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT * INTO motion FROM committee_motion WHERE id = NEW.motion_id;
    IF motion.settled_at IS NOT NULL THEN
        RAISE EXCEPTION 'this vote of a committee is over' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT FROM committee_recusal WHERE (proposal_id, member_id) = (motion.proposal_id, NEW.member_id)
    ) THEN
        RAISE EXCEPTION 'whoever is recused has no vote' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION committee_resolution_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['decision_id', 'void'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
        OR OLD.decision_id IS NOT NULL OR OLD.void <> '' THEN
        RAISE EXCEPTION 'a resolution stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER may_vote BEFORE INSERT OR UPDATE OR DELETE ON committee_motionvote
    FOR EACH ROW EXECUTE FUNCTION committee_may_vote();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON committee_resolution
    FOR EACH ROW EXECUTE FUNCTION committee_resolution_stays();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON committee_recusal
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON committee_referral
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE committee_motionvote ENABLE ALWAYS TRIGGER may_vote;
ALTER TABLE committee_resolution ENABLE ALWAYS TRIGGER stays;
ALTER TABLE committee_recusal ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE committee_referral ENABLE ALWAYS TRIGGER only_grows;
"""

BACK = """
DROP TRIGGER may_vote ON committee_motionvote;
DROP TRIGGER stays ON committee_resolution;
DROP TRIGGER only_grows ON committee_recusal;
DROP TRIGGER only_grows ON committee_referral;
DROP FUNCTION committee_may_vote;
DROP FUNCTION committee_resolution_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("committee", "0004_who_sits_on_a_committee"), ("audit", "0002_only_grows")]
    operations = [migrations.RunSQL(GUARDS, BACK)]
