"""Whether it takes two people does not change between freeze and count: no paper is frozen before what was announced
holds. And a vote that was closed without a result is over.
"""

from django.db import migrations

GUARDS = """
CREATE OR REPLACE FUNCTION ballots_no_vote_is_under_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ballots_ballotpaper AS paper
        WHERE NOT EXISTS (SELECT FROM ballots_count WHERE contest_id = paper.contest_id)
            AND NOT EXISTS (SELECT FROM ballots_noresult WHERE contest_id = paper.contest_id)
    ) THEN
        RAISE EXCEPTION 'a ballot paper is frozen and not counted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ballots_paper_took_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT budgeting_took_two(NEW.frozen_by_id, NEW.frozen_with_id, NEW.frozen_at) THEN
        RAISE EXCEPTION 'two people freeze a ballot paper' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.frozen_by_id IS NOT NULL AND EXISTS (
        SELECT FROM budgeting_oneisenough
        WHERE revoked_at IS NULL AND announced_at + interval '24 hours' > NEW.frozen_at
    ) THEN
        RAISE EXCEPTION 'it is announced that one person will be enough'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0017_one_person_replaces_no_draw")]
    operations = [migrations.RunSQL(GUARDS)]
