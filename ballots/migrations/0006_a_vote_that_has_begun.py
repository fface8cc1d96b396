"""Once somebody has voted the calendar of the vote follows what two people did with a public reason, and nothing else.

And: no new contest beside one in which people vote; no vote, no final batch and no opening while the vote is paused; a
contest has a paper or is closed without a vote, never both; a key its holders rehearsed with is given up by two people.
Every guard is enabled ALWAYS, as in 0002.
"""

from django.db import migrations

GUARDS = """
-- The clock of these guards: one place, as in lib/clock.py.
CREATE FUNCTION ballots_moment() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()';

CREATE FUNCTION ballots_has_begun(about bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    -- Whoever casts a vote holds the cycle until the ballot is in the box.
    PERFORM FROM budgeting_cycle WHERE id = about FOR NO KEY UPDATE;
    RETURN EXISTS (
        SELECT FROM ballots_envelope JOIN budgeting_contest ON budgeting_contest.id = contest_id WHERE cycle_id = about
    ) OR EXISTS (SELECT FROM ballots_opening WHERE cycle_id = about);
END $$;

CREATE FUNCTION ballots_vote_has_begun() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.cycle_id ELSE OLD.cycle_id END;
    moment timestamptz := ballots_moment();
    change budgeting_calendarchange;
    holds boolean := false;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.cycle_id, NEW.stage, NEW.opens, NEW.closes)
        IS NOT DISTINCT FROM (OLD.cycle_id, OLD.stage, OLD.opens, OLD.closes) THEN
        RETURN NEW;
    END IF;
    IF (TG_OP = 'INSERT' OR OLD.stage <> 'voting') AND (TG_OP = 'DELETE' OR NEW.stage <> 'voting') THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF NOT (ballots_has_begun(about) OR (TG_OP = 'UPDATE' AND NEW.cycle_id <> about AND ballots_has_begun(NEW.cycle_id)))
        THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    -- One way past: the transaction that loads the demo, whose finished round has lived through years in a minute. The
    -- first entry of the log says that it does, and no city has such an entry.
    IF EXISTS (
        SELECT FROM audit_auditevent
        WHERE number = 1 AND action = 'demo loaded' AND at BETWEEN transaction_timestamp() AND clock_timestamp()
    ) THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP <> 'UPDATE' OR (NEW.cycle_id, NEW.stage, NEW.opens) IS DISTINCT FROM (OLD.cycle_id, OLD.stage, OLD.opens)
        THEN
        RAISE EXCEPTION 'ballots have been cast: the opening of the vote stays'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT * INTO change FROM budgeting_calendarchange WHERE cycle_id = about ORDER BY id DESC LIMIT 1;
    IF change.closes = NEW.closes AND change.at >= transaction_timestamp() THEN
        holds := CASE change.kind
            WHEN 'ended' THEN NEW.closes BETWEEN transaction_timestamp() AND moment
            WHEN 'extended' THEN OLD.closes > moment AND NEW.closes > OLD.closes
            WHEN 'resumed' THEN NEW.closes = OLD.closes + (change.at - (
                SELECT at FROM budgeting_calendarchange
                WHERE cycle_id = about AND kind = 'paused' ORDER BY id DESC LIMIT 1
            ))
            ELSE false
        END;
    END IF;
    IF holds IS NOT TRUE THEN
        RAISE EXCEPTION 'ballots have been cast: the close of the vote follows what two people did, and why'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ballots_no_contest_joins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'INSERT' OR NEW.cycle_id <> OLD.cycle_id) AND ballots_has_begun(NEW.cycle_id) THEN
        RAISE EXCEPTION 'ballots have been cast in this cycle' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ballots_vote_is_paused() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about bigint;
BEGIN
    IF TG_TABLE_NAME = 'ballots_opening' THEN
        about := NEW.cycle_id;
    ELSE
        SELECT cycle_id INTO about FROM budgeting_contest WHERE id = NEW.contest_id;
    END IF;
    IF budgeting_vote_is_paused(about) THEN
        RAISE EXCEPTION 'the vote of this cycle is paused' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ballots_paper_or_no_vote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM budgeting_contest WHERE id = NEW.contest_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM ballots_ballotpaper WHERE contest_id = NEW.contest_id AND TG_TABLE_NAME = 'ballots_novote')
        OR EXISTS (SELECT FROM ballots_novote WHERE contest_id = NEW.contest_id AND TG_TABLE_NAME <> 'ballots_novote')
        THEN
        RAISE EXCEPTION 'a contest has a ballot paper or no vote' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ballots_rehearsal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ballots_keygivenup JOIN ballots_ballotboxkey USING (cycle_id, public_key)
        WHERE ballots_ballotboxkey.id = OLD.key_id
    ) THEN
        RAISE EXCEPTION 'a key that was rehearsed with is given up by two people'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

CREATE FUNCTION ballots_key_is_rehearsed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ballots_rehearsal WHERE key_id = OLD.id) THEN
        RAISE EXCEPTION 'this key was rehearsed with' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER has_begun BEFORE INSERT OR UPDATE OR DELETE ON budgeting_phase
    FOR EACH ROW EXECUTE FUNCTION ballots_vote_has_begun();
CREATE TRIGGER has_begun BEFORE INSERT OR UPDATE ON budgeting_contest
    FOR EACH ROW EXECUTE FUNCTION ballots_no_contest_joins();
CREATE TRIGGER is_paused BEFORE INSERT OR UPDATE ON ballots_envelope
    FOR EACH ROW EXECUTE FUNCTION ballots_vote_is_paused();
CREATE TRIGGER is_paused BEFORE INSERT ON ballots_boardbatch
    FOR EACH ROW WHEN (NEW.final) EXECUTE FUNCTION ballots_vote_is_paused();
CREATE TRIGGER is_paused BEFORE INSERT ON ballots_opening
    FOR EACH ROW EXECUTE FUNCTION ballots_vote_is_paused();
CREATE TRIGGER paper_or_no_vote BEFORE INSERT ON ballots_ballotpaper
    FOR EACH ROW EXECUTE FUNCTION ballots_paper_or_no_vote();
CREATE TRIGGER paper_or_no_vote BEFORE INSERT ON ballots_novote
    FOR EACH ROW EXECUTE FUNCTION ballots_paper_or_no_vote();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON ballots_rehearsal
    FOR EACH ROW EXECUTE FUNCTION ballots_rehearsal_stays();
CREATE TRIGGER is_rehearsed BEFORE UPDATE ON ballots_ballotboxkey
    FOR EACH ROW EXECUTE FUNCTION ballots_key_is_rehearsed();

ALTER TABLE budgeting_phase ENABLE ALWAYS TRIGGER has_begun;
ALTER TABLE budgeting_contest ENABLE ALWAYS TRIGGER has_begun;
ALTER TABLE ballots_envelope ENABLE ALWAYS TRIGGER is_paused;
ALTER TABLE ballots_boardbatch ENABLE ALWAYS TRIGGER is_paused;
ALTER TABLE ballots_opening ENABLE ALWAYS TRIGGER is_paused;
ALTER TABLE ballots_ballotpaper ENABLE ALWAYS TRIGGER paper_or_no_vote;
ALTER TABLE ballots_novote ENABLE ALWAYS TRIGGER paper_or_no_vote;
ALTER TABLE ballots_rehearsal ENABLE ALWAYS TRIGGER stays;
ALTER TABLE ballots_ballotboxkey ENABLE ALWAYS TRIGGER is_rehearsed;
"""

BACK = """
DROP TRIGGER is_rehearsed ON ballots_ballotboxkey;
DROP TRIGGER stays ON ballots_rehearsal;
DROP TRIGGER paper_or_no_vote ON ballots_novote;
DROP TRIGGER paper_or_no_vote ON ballots_ballotpaper;
DROP TRIGGER is_paused ON ballots_opening;
DROP TRIGGER is_paused ON ballots_boardbatch;
DROP TRIGGER is_paused ON ballots_envelope;
DROP TRIGGER has_begun ON budgeting_contest;
DROP TRIGGER has_begun ON budgeting_phase;
DROP FUNCTION ballots_key_is_rehearsed, ballots_rehearsal_stays, ballots_paper_or_no_vote, ballots_vote_is_paused, ballots_no_contest_joins,
    ballots_vote_has_begun, ballots_has_begun(bigint), ballots_moment();
"""


def only_grows(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION only_grows(); ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows",
        f"DROP TRIGGER only_grows ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ballots", "0005_what_needs_two_people"),
        ("budgeting", "0010_a_change_is_told_once"),
        ("audit", "0002_only_grows"),
    ]
    operations = [
        migrations.RunSQL(GUARDS, BACK),
        only_grows("ballots_novote"),
        only_grows("ballots_keygivenup"),
    ]
