"""A city that upgrades holds contests with limits nobody could keep: they are taken off, but for what is frozen."""

from importlib import import_module

from django.db import connection

from budgeting.models import Contest
from tests.cast import put_on_paper
from tests.databases import as_owner

NEW = ("one_project_costs_at_most_the_budget", "points_go_with_points_ballots", "a_limit_of_the_ballot_is_at_least_one")
NEW += ("one_project_has_at_most_all_points", "all_points_can_be_given", "what_is_set_in_a_rule_has_names")


def test_v2_they_are_taken_off_where_nothing_is_frozen(riverside_contest: Contest, hillside_contest: Contest) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in NEW:
            cursor.execute(f"ALTER TABLE budgeting_contest DROP CONSTRAINT {name}")
        Contest.objects.update(points=10, most_points=0, most_choices=0, highest_cost=0, rule_parameters=[1])
        put_on_paper(riverside_contest)
        cursor.execute(import_module("budgeting.migrations.0008_limits_that_can_be_kept").TAKE_OFF)
    fields = ("points", "most_points", "most_choices", "highest_cost", "rule_parameters")
    assert Contest.objects.values_list(*fields).get(slug="hillside") == (None, None, None, None, {})
    assert Contest.objects.values_list(*fields).get(slug="riverside") == (10, 0, 0, 0, [1])
    assert Contest.objects.get(slug="riverside").most_expensive == 0
