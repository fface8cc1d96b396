import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION ballots_was_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ballots_opening JOIN budgeting_contest USING (cycle_id) WHERE budgeting_contest.id = NEW.contest_id
    ) THEN
        RAISE EXCEPTION 'no box of this contest has been opened' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER was_opened BEFORE INSERT ON ballots_noresult FOR EACH ROW EXECUTE FUNCTION ballots_was_opened();
ALTER TABLE ballots_noresult ENABLE ALWAYS TRIGGER was_opened;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ballots_noresult
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE ballots_noresult ENABLE ALWAYS TRIGGER only_grows;
"""

BACK = """
DROP TRIGGER only_grows ON ballots_noresult;
DROP TRIGGER was_opened ON ballots_noresult;
DROP FUNCTION ballots_was_opened;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ballots", "0012_letters_vote_or_not"),
        ("budgeting", "0012_contests_leave_their_seeds_to_draws"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NoResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(max_length=500, verbose_name="public reason")),
                ("failure", models.CharField(max_length=300, verbose_name="how the count failed")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contest",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="no_result", to="budgeting.contest"
                    ),
                ),
            ],
            options={
                "verbose_name": "contest without a result",
                "verbose_name_plural": "contests without a result",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason__regex", "\\S")),
                        name="a_contest_without_a_result_has_a_reason",
                        violation_error_message="Say why there is no result: everybody will ask.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="two_close_a_contest_without_a_result",
                        violation_error_message="Another person confirms it.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, BACK),
    ]
