"""A question that has answers is changed no more, only retired; what members wrote to each other only grows."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION committee_question_is_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['retired_at', 'place'] <> to_jsonb(OLD) - ARRAY['retired_at', 'place']
        AND EXISTS (SELECT FROM committee_answer WHERE question_id = OLD.id) THEN
        RAISE EXCEPTION 'this question has answers' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER answered BEFORE UPDATE ON committee_question
    FOR EACH ROW EXECUTE FUNCTION committee_question_is_answered();
ALTER TABLE committee_question ENABLE ALWAYS TRIGGER answered;

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON committee_note
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE committee_note ENABLE ALWAYS TRIGGER only_grows;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_only_grows"), ("committee", "0006_steps_questions_and_cards")]
    operations = [migrations.RunSQL(GUARDS)]
