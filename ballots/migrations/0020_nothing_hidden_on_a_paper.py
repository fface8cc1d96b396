"""What is hidden gets on no paper, unless two people withheld its text; what hides it is a copy, which proposals guards.

Whoever hides and whoever freezes hold the proposal, and so come in turn.
"""

from django.db import migrations

GUARDS = """
CREATE OR REPLACE FUNCTION ballots_project_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['author_id', 'withheld', 'hiding_id', 'short_text', 'long_text']
        = to_jsonb(OLD) - ARRAY['author_id', 'withheld', 'hiding_id', 'short_text', 'long_text'] THEN
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

CREATE OR REPLACE FUNCTION ballots_word_on_project_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['by_id', 'withheld', 'hiding_id']
        = to_jsonb(OLD) - ARRAY['by_id', 'withheld', 'hiding_id'] THEN
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

CREATE FUNCTION ballots_line_is_not_hidden() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM proposals_proposal WHERE id = NEW.proposal_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM proposals_proposal WHERE id = NEW.proposal_id AND hiding_id IS NOT NULL AND withheld = '') THEN
        RAISE EXCEPTION 'what is hidden gets on no paper' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER not_hidden BEFORE INSERT ON ballots_ballotline
    FOR EACH ROW EXECUTE FUNCTION ballots_line_is_not_hidden();
ALTER TABLE ballots_ballotline ENABLE ALWAYS TRIGGER not_hidden;
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0019_who_took_part"), ("proposals", "0007_a_hiding_holds")]
    operations = [migrations.RunSQL(GUARDS)]
