"""After the opening the box is a fact: what came out of it, how it was counted and what the count led to.

Opened and invalid ballots come in the transaction of their opening, before its row, and never after it; so do those of an
election from elsewhere. Nothing else of a box grows once it is open, but counts and the destruction of the shares. A
count stays; what counts otherwise is another. What a project was awarded follows the count that holds. The shares of a
key stay once its holders rehearsed with it. Every guard is enabled ALWAYS, as in 0002.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

EARLIER = """
INSERT INTO ballots_fromelsewhere (contest_id, ballots, at)
    SELECT contest_id, sum(ballots), now() FROM ballots_openedballot
    JOIN budgeting_contest ON budgeting_contest.id = contest_id
    WHERE NOT EXISTS (SELECT FROM ballots_opening WHERE ballots_opening.cycle_id = budgeting_contest.cycle_id)
    GROUP BY contest_id;
UPDATE ballots_count SET entry_id = (
    SELECT max(number) FROM audit_auditevent
    WHERE action = 'counted' AND object = 'budgeting.contest:' || contest_id
);
SET CONSTRAINTS ALL IMMEDIATE;  -- what still waits for the end would keep the tables from being altered
"""

GUARDS = """
-- Has the box of this contest been opened, or did its ballots come from elsewhere?
CREATE FUNCTION ballots_is_a_fact(about bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    -- Whoever opens the box holds the cycle.
    PERFORM FROM budgeting_cycle JOIN budgeting_contest ON cycle_id = budgeting_cycle.id
        WHERE budgeting_contest.id = about FOR KEY SHARE OF budgeting_cycle;
    RETURN EXISTS (
        SELECT FROM ballots_opening JOIN budgeting_contest USING (cycle_id) WHERE budgeting_contest.id = about
    ) OR EXISTS (SELECT FROM ballots_fromelsewhere WHERE contest_id = about);
END $$;

CREATE FUNCTION ballots_nothing_is_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ballots_is_a_fact(NEW.contest_id) THEN
        RAISE EXCEPTION 'the box is open: nothing is added to %', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ballots_came_out_of_a_box() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT ballots_is_a_fact(NEW.contest_id) THEN
        RAISE EXCEPTION 'ballots come out of the box at its opening, with the row that records it'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ballots_opening_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM budgeting_contest
        WHERE cycle_id = NEW.cycle_id AND (
            COALESCE((SELECT sum(ballots) FROM ballots_openedballot WHERE contest_id = budgeting_contest.id), 0),
            COALESCE((SELECT sum(ballots) FROM ballots_invalidballot WHERE contest_id = budgeting_contest.id), 0)
        ) <> (
            SELECT COALESCE(sum((value->>'opened')::bigint), 0), COALESCE(sum((value->>'invalid')::bigint), 0)
            FROM jsonb_each(NEW.reconciliation #> ARRAY[budgeting_contest.slug, 'channels']::text[])
        )
    ) THEN
        RAISE EXCEPTION 'the record of the opening does not balance with its ballots'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ballots_is_from_elsewhere() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ballots_envelope WHERE contest_id = NEW.contest_id)
        OR EXISTS (SELECT FROM ballots_boardbatch WHERE contest_id = NEW.contest_id)
        OR ballots_is_a_fact(NEW.contest_id) THEN
        RAISE EXCEPTION 'this contest has a ballot box' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.ballots <> (
        SELECT COALESCE(sum(ballots), 0) FROM (
            SELECT ballots FROM ballots_openedballot WHERE contest_id = NEW.contest_id
            UNION ALL SELECT ballots FROM ballots_invalidballot WHERE contest_id = NEW.contest_id
        ) AS came
    ) THEN
        RAISE EXCEPTION 'so many ballots did not come' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ballots_next_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT ballots_is_a_fact(NEW.contest_id) THEN
        RAISE EXCEPTION 'no box of this contest has been opened' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.number <> (SELECT COALESCE(max(number), 0) + 1 FROM ballots_count WHERE contest_id = NEW.contest_id) THEN
        RAISE EXCEPTION 'counts are numbered from one' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- As in 0003, but for the last count.
CREATE OR REPLACE FUNCTION ballots_count_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    contest bigint;
BEGIN
    FOREACH contest IN ARRAY array_remove(ARRAY[OLD.contest_id, NEW.contest_id], NULL) LOOP
        IF (SELECT at FROM ballots_count WHERE contest_id = contest ORDER BY number DESC LIMIT 1)
            IS DISTINCT FROM (SELECT at FROM budgeting_counted WHERE contest_id = contest) THEN
            RAISE EXCEPTION 'a contest is counted, and every room knows it, or neither'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION ballots_award_follows_the_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about bigint;
BEGIN
    FOREACH about IN ARRAY array_remove(ARRAY[OLD.proposal_id, NEW.proposal_id], NULL) LOOP
        IF (SELECT funded FROM proposals_award WHERE proposal_id = about) IS DISTINCT FROM (
            SELECT outcome->'winners' ? ballot_number::text
            FROM ballots_ballotline
            JOIN ballots_ballotpaper ON ballots_ballotpaper.id = paper_id
            JOIN ballots_count USING (contest_id)
            WHERE proposal_id = about
            ORDER BY number DESC LIMIT 1
        ) THEN
            RAISE EXCEPTION 'what a project is awarded follows the count'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION ballots_rehearsal_is_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM budgeting_cycle JOIN ballots_ballotboxkey ON cycle_id = budgeting_cycle.id
        WHERE ballots_ballotboxkey.id = NEW.key_id FOR KEY SHARE OF budgeting_cycle;
    IF EXISTS (
        SELECT FROM ballots_opening JOIN ballots_ballotboxkey USING (cycle_id) WHERE ballots_ballotboxkey.id = NEW.key_id
    ) THEN
        RAISE EXCEPTION 'the box is open: nothing is added to %', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Two people give up a key that was rehearsed with, before anything is sealed to it: then its shares go with it.
CREATE FUNCTION ballots_shares_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.key_id ELSE OLD.key_id END;
BEGIN
    IF (
        EXISTS (SELECT FROM ballots_rehearsal WHERE key_id = about) AND NOT EXISTS (
            SELECT FROM ballots_keygivenup JOIN ballots_ballotboxkey USING (cycle_id, public_key)
            WHERE ballots_ballotboxkey.id = about
        )
    ) OR EXISTS (
        SELECT FROM ballots_envelope
        JOIN budgeting_contest ON budgeting_contest.id = contest_id
        JOIN ballots_ballotboxkey USING (cycle_id)
        WHERE ballots_ballotboxkey.id = about
    ) OR EXISTS (
        SELECT FROM ballots_opening JOIN ballots_ballotboxkey USING (cycle_id) WHERE ballots_ballotboxkey.id = about
    ) THEN
        RAISE EXCEPTION 'the shares of a key that was rehearsed with stay as they are'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

-- Without its rehearsals, which the guard of 0006 lets go of once two people gave it up.
CREATE FUNCTION ballots_rehearsed_key_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ballots_rehearsal WHERE key_id = OLD.id)
        OR EXISTS (SELECT FROM ballots_opening WHERE cycle_id = OLD.cycle_id) THEN
        RAISE EXCEPTION 'this key was rehearsed with' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION ballots_shares_are_needed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ballots_opening JOIN ballots_ballotboxkey USING (cycle_id) WHERE ballots_ballotboxkey.id = NEW.key_id
    ) THEN
        RAISE EXCEPTION 'the shares are needed until the box has been opened'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

TRIGGERS = [
    *(
        (f"ballots_{table}", "is_a_fact", "BEFORE INSERT", "nothing_is_added")
        for table in ("openedballot", "invalidballot", "boardbatch", "envelope", "setaside", "novote")
    ),
    *((f"ballots_{table}", "out_of_a_box", "", "came_out_of_a_box") for table in ("openedballot", "invalidballot")),
    ("ballots_opening", "balances", "", "opening_balances"),
    ("ballots_fromelsewhere", "has_no_box", "BEFORE INSERT", "is_from_elsewhere"),
    ("ballots_count", "next_count", "BEFORE INSERT", "next_count"),
    ("ballots_rehearsal", "is_over", "BEFORE INSERT", "rehearsal_is_over"),
    ("ballots_keyshare", "shares_stay", "BEFORE INSERT OR UPDATE OR DELETE", "shares_stay"),
    ("ballots_ballotboxkey", "rehearsed_with", "BEFORE DELETE", "rehearsed_key_stays"),
    ("ballots_sharedestruction", "no_longer_needed", "BEFORE INSERT", "shares_are_needed"),
]


def guard(table: str, name: str, when: str, function: str) -> migrations.RunSQL:
    """Let the database look at each row; without `when` at what was added, once the transaction ends."""
    at_the_end = f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED"
    return migrations.RunSQL(
        f"{f'CREATE TRIGGER {name} {when} ON {table}' if when else at_the_end} "
        f"FOR EACH ROW EXECUTE FUNCTION ballots_{function}(); ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        f"DROP TRIGGER {name} ON {table}",
    )


def only_grows(table: str, when: str = "UPDATE OR DELETE OR TRUNCATE", name: str = "only_grows") -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} BEFORE {when} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION only_grows(); ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        f"DROP TRIGGER {name} ON {table}",
    )


AWARDS = """
CREATE CONSTRAINT TRIGGER follows_the_count AFTER INSERT OR UPDATE OR DELETE ON proposals_award
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ballots_award_follows_the_count();
ALTER TABLE proposals_award ENABLE ALWAYS TRIGGER follows_the_count;
"""

BACK = """
DROP FUNCTION ballots_shares_are_needed, ballots_rehearsed_key_stays, ballots_shares_stay, ballots_rehearsal_is_over,
    ballots_award_follows_the_count, ballots_next_count, ballots_is_from_elsewhere, ballots_opening_balances,
    ballots_came_out_of_a_box, ballots_nothing_is_added, ballots_is_a_fact(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_only_grows"),
        ("ballots", "0022_casts_are_counted_guards"),
        ("budgeting", "0017_whose_support_counts"),
        ("proposals", "0001_proposals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FromElsewhere",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ballots", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "contest",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="from_elsewhere",
                        to="budgeting.contest",
                    ),
                ),
            ],
            options={
                "verbose_name": "election from elsewhere",
                "verbose_name_plural": "elections from elsewhere",
            },
        ),
        migrations.AlterField(
            model_name="count",
            name="contest",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="counts", to="budgeting.contest"
            ),
        ),
        migrations.AlterModelOptions(
            name="count",
            options={"ordering": ("contest", "number"), "verbose_name": "count", "verbose_name_plural": "counts"},
        ),
        migrations.AddField(model_name="count", name="number", field=models.PositiveIntegerField(default=1)),
        migrations.AddField(
            model_name="count",
            name="inputs",
            field=models.CharField(blank=True, max_length=64, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="count",
            name="entry",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="audit.auditevent"
            ),
        ),
        migrations.RunSQL(EARLIER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="count",
            constraint=models.UniqueConstraint(
                fields=("contest", "number"),
                name="counts_are_numbered",
                violation_error_message="This contest has a count with this number already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="count",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry__isnull", False), ("inputs__regex", "^[0-9a-f]{64}$")),
                    models.Q(("inputs", ""), ("number", 1)),
                    _connector="OR",
                ),
                name="a_count_is_on_record",
                violation_error_message="A count is written with its entry in the audit log.",
            ),
        ),
        migrations.RunSQL(GUARDS, BACK),
        *(guard(*each) for each in TRIGGERS),
        migrations.RunSQL(AWARDS, "DROP TRIGGER follows_the_count ON proposals_award"),
        only_grows("ballots_fromelsewhere"),
        only_grows("ballots_count", "UPDATE OR DELETE"),  # and TRUNCATE by 0003
        *(only_grows(f"ballots_{table}", "TRUNCATE", "is_not_emptied") for table in ("ballotboxkey", "keyshare")),
        *(only_grows(table, "TRUNCATE", "is_not_emptied") for table in ("ballots_rehearsal", "proposals_award")),
    ]
