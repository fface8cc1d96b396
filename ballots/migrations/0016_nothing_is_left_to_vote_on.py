"""A paper of which nothing is left goes, as two people confirmed, and its contest is closed without a vote.

It is superseded like any other, but by none: the row that keeps it names no successor. When the transaction ends the
paper is gone, every correction is a decision, and the contest is closed by the same two for the same reason.
"""

from django.db import migrations, models

GUARDS = """
CREATE OR REPLACE FUNCTION ballots_paper_is_superseded_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
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
            AND plan->>'superseded' = NEW.digest AND plan ? 'digest'
            AND plan->>'digest' IS NOT DISTINCT FROM NEW.successor
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

-- Its lines go first, and only where every one of them was left out.
CREATE FUNCTION ballots_nothing_is_left(about bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM ballots_ballotpaper AS paper
        JOIN ballots_supersededpaper AS gone USING (contest_id, digest)
        WHERE paper.id = about AND successor IS NULL AND NOT EXISTS (
            SELECT FROM ballots_ballotline AS line WHERE paper_id = paper.id AND NOT EXISTS (
                SELECT FROM ballots_correction
                WHERE id = ANY (gone.corrections) AND proposal_id = line.proposal_id AND outcome = 'reject'
            )
        )
    )
$$;

CREATE OR REPLACE FUNCTION ballots_paper_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND ballots_nothing_is_left(OLD.id) THEN
        RETURN OLD;
    END IF;
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

CREATE OR REPLACE FUNCTION ballots_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND (ballots_nothing_is_left(OLD.paper_id) OR EXISTS (
        SELECT FROM ballots_ballotpaper JOIN ballots_supersededpaper USING (contest_id)
        WHERE ballots_ballotpaper.id = OLD.paper_id AND successor = ballots_ballotpaper.digest
            AND NOT ballots_says(ballots_ballotpaper.manifest, OLD)
    )) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'lines of a frozen ballot paper may only be added to it: two people supersede a paper'
        USING ERRCODE = 'restrict_violation';
END $$;

-- When the transaction ends: the new paper is there with all its lines, or the contest is closed without a vote; and
-- every correction is a decision.
CREATE OR REPLACE FUNCTION ballots_another_paper_is_in_its_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ballots_supersededpaper WHERE digest = NEW.successor) THEN
        RETURN NULL;  -- superseded in turn
    END IF;
    IF NOT (CASE WHEN NEW.successor IS NULL THEN
        NOT EXISTS (SELECT FROM ballots_ballotpaper WHERE contest_id = NEW.contest_id) AND EXISTS (
            SELECT FROM ballots_novote
            WHERE (contest_id, reason, at, by_id, confirmed_by_id) IS NOT DISTINCT FROM
                (NEW.contest_id, NEW.reason, NEW.at, NEW.by_id, NEW.confirmed_by_id)
        )
    ELSE EXISTS (
        SELECT FROM ballots_ballotpaper AS paper
        WHERE contest_id = NEW.contest_id AND digest = NEW.successor
            AND size = (SELECT count(*) FROM ballots_ballotline WHERE paper_id = paper.id)
            AND size = (
                SELECT count(*) FROM ballots_ballotline AS line
                WHERE paper_id = paper.id AND ballots_says(paper.manifest, line)
            )
    ) END) OR EXISTS (
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
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0015_lines_are_joined_by_two")]
    operations = [
        migrations.AlterField("supersededpaper", "successor", models.CharField(max_length=64, null=True, unique=True)),
        migrations.RunSQL(GUARDS),
    ]
