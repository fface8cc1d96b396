"""Costs as assessed and case numbers only grow, and what was put to the vote stays as it was."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION committee_motion_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['settled_at', 'by_id'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
        OR (OLD.settled_at IS NOT NULL AND NEW.settled_at IS DISTINCT FROM OLD.settled_at)
        OR (NEW.by_id IS NOT NULL AND NEW.by_id IS DISTINCT FROM OLD.by_id) THEN
        RAISE EXCEPTION 'what was put to the vote stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON committee_motion
    FOR EACH ROW EXECUTE FUNCTION committee_motion_stays();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON committee_costassessment
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON committee_casenumber
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE committee_motion ENABLE ALWAYS TRIGGER stays;
ALTER TABLE committee_costassessment ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE committee_casenumber ENABLE ALWAYS TRIGGER only_grows;
"""

BACK = """
DROP TRIGGER stays ON committee_motion;
DROP TRIGGER only_grows ON committee_costassessment;
DROP TRIGGER only_grows ON committee_casenumber;
DROP FUNCTION committee_motion_stays;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_only_grows"),
        ("committee", "0013_a_ruling_stays"),
        ("proposals", "0011_what_must_not_stand_has_grounds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("salt", models.BinaryField(max_length=16)),
                ("text", models.CharField(blank=True, max_length=60, verbose_name="case number")),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "case number",
                "verbose_name_plural": "case numbers",
                "ordering": ("at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="CostAssessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cost",
                    models.BigIntegerField(blank=True, null=True, verbose_name="cost as the committee estimates it"),
                ),
                (
                    "upkeep",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="upkeep per year as the committee estimates it"
                    ),
                ),
                (
                    "months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(600),
                        ],
                        verbose_name="months until it is done",
                    ),
                ),
                (
                    "basis",
                    models.TextField(
                        blank=True, default="", max_length=2000, verbose_name="what the estimate rests on"
                    ),
                ),
                ("salt", models.BinaryField(max_length=16)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "cost as assessed",
                "verbose_name_plural": "costs as assessed",
                "ordering": ("at", "pk"),
            },
        ),
        migrations.AddField(
            model_name="motion",
            name="basis",
            field=models.TextField(blank=True, default="", max_length=2000, verbose_name="what the estimate rests on"),
        ),
        migrations.AddField(
            model_name="motion",
            name="months",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(600)],
                verbose_name="months until it is done",
            ),
        ),
        migrations.AddField(
            model_name="motion",
            name="upkeep",
            field=models.BigIntegerField(
                blank=True, null=True, verbose_name="upkeep per year as the committee estimates it"
            ),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cost__isnull", False),
                    models.Q(("basis", ""), ("months__isnull", True), ("upkeep__isnull", True)),
                    _connector="OR",
                ),
                name="a_motion_estimates_a_cost_first",
                violation_error_message="An estimate begins with what it costs in the first year.",
            ),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.CheckConstraint(
                condition=models.Q(("upkeep__isnull", True), ("upkeep__gte", 0), _connector="OR"),
                name="a_motion_estimates_no_upkeep_below_nothing",
                violation_error_message="The upkeep is nothing, or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.CheckConstraint(
                condition=models.Q(("months__isnull", True), ("months__range", (1, 600)), _connector="OR"),
                name="what_a_motion_is_about_takes_a_month_at_least",
                violation_error_message="It takes a month at least, and 600 at most.",
            ),
        ),
        migrations.AddField(
            model_name="casenumber",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="casenumber",
            name="proposal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="case_numbers", to="proposals.proposal"
            ),
        ),
        migrations.AddField(
            model_name="costassessment",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="costassessment",
            name="proposal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cost_assessments", to="proposals.proposal"
            ),
        ),
        migrations.AddConstraint(
            model_name="costassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("cost__gte", 1), ("cost__isnull", False)),
                name="an_assessed_cost_is_more_than_nothing",
                violation_error_message="A cost is more than nothing.",
            ),
        ),
        migrations.AddConstraint(
            model_name="costassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("upkeep__isnull", True), ("upkeep__gte", 0), _connector="OR"),
                name="an_assessed_upkeep_is_nothing_or_more",
                violation_error_message="The upkeep is nothing, or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="costassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("months__isnull", True), ("months__range", (1, 600)), _connector="OR"),
                name="an_assessed_cost_takes_a_month_at_least",
                violation_error_message="It takes a month at least, and 600 at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="costassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis__regex", "\\S")),
                name="an_assessed_cost_says_why",
                violation_error_message="Say in a few words what the estimate rests on.",
            ),
        ),
        migrations.RunSQL(GUARDS, BACK),
    ]
