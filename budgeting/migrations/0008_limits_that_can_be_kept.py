"""Limits that can be kept, and none that has no part in its ballot.

What a contest holds that cannot be is taken off it, as if it had been left empty. Where its ballot paper is frozen the
row stays as it is: so the new constraints bind from now on and do not look back.
"""

import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.lookups
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

TAKE_OFF = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM budgeting_contest LOOP
        one.points := CASE WHEN one.ballot_style = 'points' THEN one.points END;
        one.most_points := CASE WHEN one.ballot_style = 'points' THEN nullif(one.most_points, 0) END;
        one.most_choices := nullif(one.most_choices, 0);
        IF one.most_points > one.points OR one.most_points::int * one.most_choices < one.points THEN
            one.most_points := NULL;
        END IF;
        IF one.highest_cost NOT BETWEEN 1 AND one.budget THEN
            one.highest_cost := NULL;
        END IF;
        IF jsonb_typeof(one.rule_parameters) <> 'object' THEN
            one.rule_parameters := '{}';
        END IF;
        BEGIN
            UPDATE budgeting_contest AS now
            SET points = one.points, most_points = one.most_points, most_choices = one.most_choices,
                highest_cost = one.highest_cost, rule_parameters = one.rule_parameters
            WHERE now.id = one.id
                AND (now.points, now.most_points, now.most_choices, now.highest_cost, now.rule_parameters)
                    IS DISTINCT FROM
                    (one.points, one.most_points, one.most_choices, one.highest_cost, one.rule_parameters);
        EXCEPTION WHEN integrity_constraint_violation THEN  -- its ballot paper is frozen
            NULL;
        END;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("budgeting", "0007_what_is_counted"),
    ]

    operations = [
        migrations.RunSQL(TAKE_OFF, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="contest",
            name="counting_rule",
            field=models.CharField(
                choices=[
                    ("greedy", "Most votes first, passing over what does not fit"),
                    ("greedy-no-skip", "Most votes first, stopping at the first that does not fit"),
                    ("greedy-threshold", "Most votes first, with a minimum or a covered share"),
                    ("equal-shares", "Method of Equal Shares"),
                    ("phragmen", "Sequential Phragmén"),
                ],
                default="greedy",
                max_length=20,
                verbose_name="counting rule",
            ),
        ),
        migrations.AlterField(
            model_name="contest",
            name="rule_parameters",
            field=models.JSONField(blank=True, default=dict, verbose_name="parameters of the rule"),
        ),
        migrations.AlterField(
            model_name="contest",
            name="most_points",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Only where points are shared out. Empty: as many as there are.",
                null=True,
                verbose_name="most points on one project",
            ),
        ),
        migrations.AlterField(
            model_name="contest",
            name="points",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Only where points are shared out; there it has to be said.",
                null=True,
                verbose_name="points to share out",
            ),
        ),
        AddConstraintNotValid(
            model_name="contest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("highest_cost__isnull", True),
                    models.Q(("highest_cost__gte", 1), ("highest_cost__lte", models.F("budget"))),
                    _connector="OR",
                ),
                name="one_project_costs_at_most_the_budget",
                violation_error_message="One project cannot cost more than the whole budget.",
            ),
        ),
        AddConstraintNotValid(
            model_name="contest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ballot_style", "points"),
                    models.Q(("most_points__isnull", True), ("points__isnull", True)),
                    _connector="OR",
                ),
                name="points_go_with_points_ballots",
                violation_error_message="Only a ballot on which points are shared out has points.",
            ),
        ),
        AddConstraintNotValid(
            model_name="contest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("most_choices__isnull", True), ("most_choices__gte", 1), _connector="OR"),
                    models.Q(("most_points__isnull", True), ("most_points__gte", 1), _connector="OR"),
                ),
                name="a_limit_of_the_ballot_is_at_least_one",
                violation_error_message="A limit is at least 1. Empty: no limit.",
            ),
        ),
        AddConstraintNotValid(
            model_name="contest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("most_points__isnull", True),
                    models.Q(("most_points__lte", models.F("points")), ("points__isnull", False)),
                    _connector="OR",
                ),
                name="one_project_has_at_most_all_points",
                violation_error_message="One project cannot have more points than there are.",
            ),
        ),
        AddConstraintNotValid(
            model_name="contest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("most_points__isnull", True),
                    ("most_choices__isnull", True),
                    models.Q(
                        ("points__isnull", False),
                        (
                            "points__lte",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.functions.comparison.Cast("most_points", models.IntegerField()),
                                "*",
                                models.F("most_choices"),
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="all_points_can_be_given",
                violation_error_message="With these limits nobody could give all the points there are.",
            ),
        ),
        AddConstraintNotValid(
            model_name="contest",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(
                    models.Func("rule_parameters", function="JSONB_TYPEOF", output_field=models.TextField()), "object"
                ),
                name="what_is_set_in_a_rule_has_names",
                violation_error_message="What is set in a counting rule has names and values.",
            ),
        ),
    ]
