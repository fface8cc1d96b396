"""A frozen paper is superseded by two people before anybody can vote; nothing else changes a paper or what is on it.

Everything hangs on one row, the superseded paper: its act names the corrections and the digest of the next paper, and
two people have confirmed it. While that row is there and the paper has still the old digest, superseding is under way:
then, and only then, the projects change as the corrections say, and the paper becomes the one with that digest. A line
goes if its paper, changed so, does not have it. At the end of the transaction the new paper is whole. No two papers
have one digest, since each names the one before. Every guard is enabled ALWAYS, as in 0002.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION ballots_correction_is_of_its_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ballots_ballotpaper JOIN proposals_proposal USING (contest_id)
        WHERE contest_id = NEW.contest_id AND digest = NEW.digest AND proposals_proposal.id = NEW.proposal_id
    ) THEN
        RAISE EXCEPTION 'this corrects no paper there is' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ballots_paper_is_superseded_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about bigint := (SELECT cycle_id FROM budgeting_contest WHERE id = NEW.contest_id);
BEGIN
    PERFORM FROM budgeting_contest WHERE id = NEW.contest_id FOR NO KEY UPDATE;
    IF ballots_has_begun(about) OR EXISTS (SELECT FROM ballots_boardbatch WHERE contest_id = NEW.contest_id)
        OR EXISTS (SELECT FROM ballots_openedballot WHERE contest_id = NEW.contest_id)
        OR EXISTS (SELECT FROM ballots_count WHERE contest_id = NEW.contest_id)
        OR EXISTS (
            SELECT FROM budgeting_phase
            WHERE cycle_id = about AND stage = 'voting' AND opens <= ballots_moment()
        ) THEN
        RAISE EXCEPTION 'voting has opened: a paper is superseded before'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM ballots_ballotpaper
        WHERE (contest_id, manifest, digest, frozen_at, frozen_by_id, frozen_with_id) IS NOT DISTINCT FROM
            (NEW.contest_id, NEW.manifest, NEW.digest, NEW.frozen_at, NEW.frozen_by_id, NEW.frozen_with_id)
    ) THEN
        RAISE EXCEPTION 'what is superseded is the paper there is' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM budgeting_jointact
        WHERE id = NEW.act_id AND confirmed AND kind = 'supersede a ballot paper'
            AND "on" = 'budgeting.contest:' || NEW.contest_id
            AND plan->>'superseded' = NEW.digest AND plan->>'digest' = NEW.successor
            AND facts->'named' = to_jsonb(NEW.corrections) AND plan->>'reason' = NEW.reason
            AND proposed_by_id = NEW.by_id AND settled_at = NEW.at
            AND CASE WHEN alone_by_id IS NULL THEN settled_by_id END IS NOT DISTINCT FROM NEW.confirmed_by_id
    ) THEN
        RAISE EXCEPTION 'two people supersede a ballot paper' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF cardinality(NEW.corrections) = 0 OR EXISTS (
        SELECT FROM unnest(NEW.corrections) AS named WHERE NOT EXISTS (
            SELECT FROM ballots_correction
            WHERE id = named AND contest_id = NEW.contest_id AND digest = NEW.digest
        )
    ) THEN
        RAISE EXCEPTION 'a paper is superseded for corrections of it' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- What two people are just putting into effect about a project; nothing at any other moment.
CREATE FUNCTION ballots_put_right_now(about bigint) RETURNS SETOF ballots_correction LANGUAGE sql STABLE AS $$
    SELECT ballots_correction.* FROM ballots_supersededpaper AS gone
    JOIN ballots_ballotpaper AS paper ON paper.contest_id = gone.contest_id AND paper.digest = gone.digest
    JOIN ballots_correction ON ballots_correction.id = ANY (gone.corrections)
    WHERE proposal_id = about
$$;

-- What is withheld from view is a copy, which proposals guards.
CREATE OR REPLACE FUNCTION ballots_project_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['author_id', 'withheld', 'short_text', 'long_text']
        = to_jsonb(OLD) - ARRAY['author_id', 'withheld', 'short_text', 'long_text'] THEN
        RETURN NEW;
    END IF;
    IF ballots_is_on_paper(OLD.id) THEN
        IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['title', 'summary', 'cost', 'short_text', 'long_text']
            = to_jsonb(OLD) - ARRAY['title', 'summary', 'cost', 'short_text', 'long_text']
            AND EXISTS (
                SELECT FROM ballots_put_right_now(OLD.id) AS right_now
                WHERE (NEW.title, NEW.summary, NEW.cost) = (
                    COALESCE(NULLIF(right_now.title, ''), OLD.title),
                    COALESCE(NULLIF(right_now.summary, ''), OLD.summary),
                    COALESCE(right_now.cost, OLD.cost)
                )
            ) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'this project is on a frozen ballot paper' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

-- A decision as it was decided, and the text as it stands by then.
CREATE FUNCTION ballots_word_puts_right(place text, word jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM ballots_put_right_now((word->>'proposal_id')::bigint) AS right_now
        WHERE right_now.by_id = (word->>'by_id')::bigint AND CASE place
            WHEN 'proposals_decision' THEN (word->>'outcome', word->>'reason') = (right_now.outcome, right_now.reason)
            WHEN 'proposals_version' THEN word->'text' = (
                SELECT jsonb_object_agg(name, to_jsonb(project)->name)
                FROM proposals_proposal AS project, jsonb_object_keys(word->'text') AS name
                WHERE project.id = right_now.proposal_id
            )
            ELSE false
        END
    )
$$;

CREATE OR REPLACE FUNCTION ballots_word_on_project_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['by_id', 'withheld'] = to_jsonb(OLD) - ARRAY['by_id', 'withheld'] THEN
        RETURN NEW;
    END IF;
    IF (TG_OP <> 'INSERT' AND ballots_is_on_paper(OLD.proposal_id))
        OR (TG_OP <> 'DELETE' AND ballots_is_on_paper(NEW.proposal_id)) THEN
        IF TG_OP = 'INSERT' AND ballots_word_puts_right(TG_TABLE_NAME, to_jsonb(NEW)) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'this project is on a frozen ballot paper' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

CREATE FUNCTION ballots_paper_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM ballots_supersededpaper
        WHERE (contest_id, digest, successor) = (OLD.contest_id, OLD.digest, NEW.digest)
            AND (at, by_id, confirmed_by_id) IS NOT DISTINCT FROM (NEW.frozen_at, NEW.frozen_by_id, NEW.frozen_with_id)
    ) AND (NEW.id, NEW.contest_id, NEW.lot_seed) = (OLD.id, OLD.contest_id, OLD.lot_seed)
        AND NEW.digest = encode(sha256(convert_to(NEW.manifest, 'UTF8')), 'hex')
        AND NEW.manifest::jsonb->>'supersedes' = OLD.digest
        AND NEW.manifest::jsonb - ARRAY['supersedes', 'lines'] = OLD.manifest::jsonb - ARRAY['supersedes', 'lines']
        AND NEW.size = jsonb_array_length(NEW.manifest::jsonb->'lines') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a frozen ballot paper may only be added to the others: two people supersede it'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION ballots_says(manifest text, line ballots_ballotline) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT manifest::jsonb->'lines' @> jsonb_build_array(jsonb_build_object(
        'ballot_number', line.ballot_number, 'title', line.title, 'summary', line.summary, 'cost', line.cost,
        'proposal', (SELECT number FROM proposals_proposal WHERE id = line.proposal_id)
    ))
$$;

CREATE FUNCTION ballots_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM ballots_ballotpaper JOIN ballots_supersededpaper USING (contest_id)
        WHERE ballots_ballotpaper.id = OLD.paper_id AND successor = ballots_ballotpaper.digest
            AND NOT ballots_says(ballots_ballotpaper.manifest, OLD)
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'lines of a frozen ballot paper may only be added to it: two people supersede a paper'
        USING ERRCODE = 'restrict_violation';
END $$;

-- When the transaction ends: the new paper is there with all its lines, and every correction is a decision.
CREATE FUNCTION ballots_another_paper_is_in_its_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ballots_supersededpaper WHERE digest = NEW.successor) THEN
        RETURN NULL;  -- superseded in turn
    END IF;
    IF NOT EXISTS (
        SELECT FROM ballots_ballotpaper AS paper
        WHERE contest_id = NEW.contest_id AND digest = NEW.successor
            AND size = (SELECT count(*) FROM ballots_ballotline WHERE paper_id = paper.id)
            AND size = (
                SELECT count(*) FROM ballots_ballotline AS line
                WHERE paper_id = paper.id AND ballots_says(paper.manifest, line)
            )
    ) OR EXISTS (
        SELECT FROM ballots_correction AS named
        WHERE id = ANY (NEW.corrections) AND NOT EXISTS (
            SELECT FROM proposals_decision
            WHERE (proposal_id, outcome, reason, at) = (named.proposal_id, named.outcome, named.reason, NEW.at)
        )
    ) THEN
        RAISE EXCEPTION 'a paper is superseded by another, whole and with its decisions'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER only_grows ON ballots_ballotpaper;
DROP TRIGGER only_grows ON ballots_ballotline;
CREATE TRIGGER of_its_paper BEFORE INSERT ON ballots_correction
    FOR EACH ROW EXECUTE FUNCTION ballots_correction_is_of_its_paper();
CREATE TRIGGER by_two BEFORE INSERT ON ballots_supersededpaper
    FOR EACH ROW EXECUTE FUNCTION ballots_paper_is_superseded_by_two();
CREATE CONSTRAINT TRIGGER another_in_its_place AFTER INSERT ON ballots_supersededpaper DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ballots_another_paper_is_in_its_place();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON ballots_ballotpaper
    FOR EACH ROW EXECUTE FUNCTION ballots_paper_stays();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON ballots_ballotline
    FOR EACH ROW EXECUTE FUNCTION ballots_line_stays();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON ballots_ballotpaper
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON ballots_ballotline
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ballots_correction
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ballots_supersededpaper
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE ballots_correction ENABLE ALWAYS TRIGGER of_its_paper;
ALTER TABLE ballots_correction ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE ballots_supersededpaper ENABLE ALWAYS TRIGGER by_two;
ALTER TABLE ballots_supersededpaper ENABLE ALWAYS TRIGGER another_in_its_place;
ALTER TABLE ballots_supersededpaper ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE ballots_ballotpaper ENABLE ALWAYS TRIGGER stays;
ALTER TABLE ballots_ballotpaper ENABLE ALWAYS TRIGGER is_not_emptied;
ALTER TABLE ballots_ballotline ENABLE ALWAYS TRIGGER stays;
ALTER TABLE ballots_ballotline ENABLE ALWAYS TRIGGER is_not_emptied;
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0010_superseded_papers"), ("budgeting", "0006_an_act_is_settled_once")]
    operations = [migrations.RunSQL(GUARDS)]
