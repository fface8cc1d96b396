"""What the database keeps of the count of ballots cast, and of what they replaced.

The slots of a contest begin together and at nothing, and grow by one at a time until the last batch of the board is up.
Whatever takes the place of an envelope, the fingerprint of that one is kept until a batch names it. Every guard is
enabled ALWAYS, as in 0002.
"""

from django.db import migrations, models

GUARDS = """
CREATE FUNCTION ballots_slots_are_laid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM laid GROUP BY contest_id
        HAVING (count(*), min(slot), max(slot)) <> (256, 0, 255) OR sum(first) <> 0 OR sum(repeated) <> 0
    ) THEN
        RAISE EXCEPTION 'the slots of a contest begin together and at nothing'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ballots_slot_grows_by_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM counted) AND (
        (SELECT count(*) FROM counted) <> 1 OR NOT EXISTS (
            SELECT FROM counted JOIN stood USING (contest_id, slot)
            WHERE (counted.first - stood.first, counted.repeated - stood.repeated) IN ((1, 0), (0, 1))
        )
    ) THEN
        RAISE EXCEPTION 'a slot grows by one ballot' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM ballots_boardbatch JOIN counted USING (contest_id) WHERE final) THEN
        RAISE EXCEPTION 'the vote of this contest is closed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ballots_envelope_was_replaced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ballots_replacedenvelope (fingerprint, contest_id) VALUES (OLD.fingerprint, OLD.contest_id);
    RETURN NULL;
END $$;

CREATE FUNCTION ballots_replaced_is_on_the_board() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT contest_id, fingerprint FROM went
        EXCEPT
        SELECT contest_id, unnest(replaced || came_and_went) FROM ballots_boardbatch
        WHERE contest_id IN (SELECT contest_id FROM went)
    ) THEN
        RAISE EXCEPTION 'what was replaced stays until it is on the board'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER are_laid AFTER INSERT ON ballots_castslot REFERENCING NEW TABLE AS laid
    FOR EACH STATEMENT EXECUTE FUNCTION ballots_slots_are_laid();
CREATE TRIGGER grows_by_one AFTER UPDATE ON ballots_castslot REFERENCING OLD TABLE AS stood NEW TABLE AS counted
    FOR EACH STATEMENT EXECUTE FUNCTION ballots_slot_grows_by_one();
CREATE TRIGGER only_grows BEFORE DELETE OR TRUNCATE ON ballots_castslot
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER was_replaced AFTER UPDATE ON ballots_envelope
    FOR EACH ROW WHEN (OLD.fingerprint IS DISTINCT FROM NEW.fingerprint)
    EXECUTE FUNCTION ballots_envelope_was_replaced();
CREATE TRIGGER is_on_the_board AFTER DELETE ON ballots_replacedenvelope REFERENCING OLD TABLE AS went
    FOR EACH STATEMENT EXECUTE FUNCTION ballots_replaced_is_on_the_board();
CREATE TRIGGER only_grows BEFORE UPDATE OR TRUNCATE ON ballots_replacedenvelope
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();

ALTER TABLE ballots_castslot ENABLE ALWAYS TRIGGER are_laid;
ALTER TABLE ballots_castslot ENABLE ALWAYS TRIGGER grows_by_one;
ALTER TABLE ballots_castslot ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE ballots_envelope ENABLE ALWAYS TRIGGER was_replaced;
ALTER TABLE ballots_replacedenvelope ENABLE ALWAYS TRIGGER is_on_the_board;
ALTER TABLE ballots_replacedenvelope ENABLE ALWAYS TRIGGER only_grows;
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0021_casts_are_counted"), ("audit", "0002_only_grows")]
    operations = [
        migrations.AlterField(model_name="participation", name="day", field=models.DateField()),
        migrations.RunSQL(GUARDS),
    ]
