"""What people vote on stays as it is, whatever the calendar says: a project of a frozen paper and all that is said of it.

The lock on the proposal makes a freeze and a change come in turn. Every guard is enabled ALWAYS, as in 0002.
"""

from django.db import migrations

GUARDED = ["withdrawal", "decision", "version", "photo"]

GUARDS = """
CREATE FUNCTION ballots_is_on_paper(about bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM FROM proposals_proposal WHERE id = about FOR NO KEY UPDATE;
    RETURN EXISTS (SELECT FROM ballots_ballotline WHERE proposal_id = about);
END $$;

-- Of the row itself only the author may change: an account is taken away. What is computed from it comes later.
CREATE FUNCTION ballots_project_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['author_id', 'short_text', 'long_text']
        = to_jsonb(OLD) - ARRAY['author_id', 'short_text', 'long_text'] THEN
        RETURN NEW;
    END IF;
    IF ballots_is_on_paper(OLD.id) THEN
        RAISE EXCEPTION 'this project is on a frozen ballot paper' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

CREATE FUNCTION ballots_word_on_project_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'by_id' = to_jsonb(OLD) - 'by_id' THEN
        RETURN NEW;
    END IF;
    IF (TG_OP <> 'INSERT' AND ballots_is_on_paper(OLD.proposal_id))
        OR (TG_OP <> 'DELETE' AND ballots_is_on_paper(NEW.proposal_id)) THEN
        RAISE EXCEPTION 'this project is on a frozen ballot paper' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

-- And the other way round: a line says what its project says at that moment. Only an election from elsewhere, which
-- nobody froze, may tell of a project that was withdrawn.
CREATE FUNCTION ballots_line_is_told_as_it_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM proposals_proposal WHERE id = NEW.proposal_id FOR NO KEY UPDATE;
    IF NOT EXISTS (
        SELECT FROM proposals_proposal
        WHERE id = NEW.proposal_id AND (title, summary, cost) = (NEW.title, NEW.summary, NEW.cost)
    ) OR EXISTS (
        SELECT FROM ballots_ballotpaper JOIN proposals_withdrawal ON proposal_id = NEW.proposal_id
        WHERE ballots_ballotpaper.id = NEW.paper_id AND frozen_by_id IS NOT NULL
    ) OR 'shortlist' IS DISTINCT FROM COALESCE(
        (SELECT outcome FROM proposals_decision WHERE proposal_id = NEW.proposal_id ORDER BY at DESC, id DESC LIMIT 1),
        'shortlist'
    ) THEN
        RAISE EXCEPTION 'this project has changed in the meantime' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER on_paper BEFORE UPDATE OR DELETE ON proposals_proposal
    FOR EACH ROW EXECUTE FUNCTION ballots_project_is_frozen();
CREATE TRIGGER told_as_it_stands BEFORE INSERT ON ballots_ballotline
    FOR EACH ROW EXECUTE FUNCTION ballots_line_is_told_as_it_stands();
ALTER TABLE proposals_proposal ENABLE ALWAYS TRIGGER on_paper;
ALTER TABLE ballots_ballotline ENABLE ALWAYS TRIGGER told_as_it_stands;
"""

BACK = """
DROP TRIGGER told_as_it_stands ON ballots_ballotline;
DROP TRIGGER on_paper ON proposals_proposal;
DROP FUNCTION ballots_line_is_told_as_it_stands, ballots_word_on_project_is_frozen, ballots_project_is_frozen,
    ballots_is_on_paper(bigint);
"""


def on_paper(table: str) -> migrations.RunSQL:
    """Let the database refuse a word on a project of a frozen paper: a new one, another one, or one less."""
    table = f"proposals_{table}"
    return migrations.RunSQL(
        f"CREATE TRIGGER on_paper BEFORE INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION ballots_word_on_project_is_frozen(); "
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER on_paper",
        f"DROP TRIGGER on_paper ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("ballots", "0003_the_count_is_told"), ("proposals", "0001_proposals")]
    operations = [migrations.RunSQL(GUARDS, BACK), *map(on_paper, GUARDED)]
