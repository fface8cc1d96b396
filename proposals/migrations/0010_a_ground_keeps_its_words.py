"""The words of a ground stay, and what it is for: decisions rest on it. Whether it is still offered may change."""

from django.db import migrations

GUARD = """
CREATE FUNCTION proposals_a_ground_keeps_its_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'ended_at' <> to_jsonb(OLD) - 'ended_at' THEN
        RAISE EXCEPTION 'a ground keeps its words' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keeps_its_words BEFORE UPDATE ON proposals_ground
    FOR EACH ROW EXECUTE FUNCTION proposals_a_ground_keeps_its_words();
ALTER TABLE proposals_ground ENABLE ALWAYS TRIGGER keeps_its_words;
"""


class Migration(migrations.Migration):
    dependencies = [("proposals", "0009_grounds_and_more_decisions")]
    operations = [migrations.RunSQL(GUARD)]
