"""A clerk sets up what a ballot may say and how it is counted, in fields; what could not be kept is refused there."""

import html
from fractions import Fraction
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from audit.models import AuditEvent
from ballots import paper
from ballots.models import BallotPaper, Count
from budgeting.contest_form import RuleForm
from budgeting.models import Contest, Cycle, District
from lib.canonical import canonical
from lib.forms import ShareField
from lib.refusal import Refused
from tally import NotCountable, Rule
from tally.parameters import COMPLETIONS, PARAMETERS, RANKINGS, UTILITIES
from tests.cast import bring_in, propose, put_on_paper, signed_in
from tests.databases import lifted
from tests.thoroughness import many

PAGE = "/admin/budgeting/contest/add/"


@pytest.fixture
def set_up(client: Client, clara: User) -> Client:
    clara.is_staff = clara.is_superuser = True
    clara.save()
    client.force_login(clara)
    return client


@pytest.fixture
def typed(cycle: Cycle, riverside: District) -> dict[str, Any]:
    """What a clerk types, as far as it has to be said."""
    fields = {"cycle": cycle.pk, "district": riverside.pk, "budget": "250000"}
    return fields | {"ballot_style": "approval", "counting_rule": "greedy"}


def said(answer: Any) -> str:
    return html.unescape(answer.content.decode())


# The rule ------------------------------------------------------------------------------------------------------------


def test_a10_a_clerk_sets_everything_in_fields(set_up: Client, typed: dict[str, Any]) -> None:
    fields = {"counting_rule": "equal-shares", "minimum_votes": "25", "minimum_of_ballots": "2,5 %"}
    fields |= {"minimum_of_cost": "1/3", "utility": "cardinality", "completion": "add1u", "increment": "0.50"}
    fields |= {"compare": "on", "ties": "max-votes lot"}
    answer = set_up.post(PAGE, typed | fields)
    assert answer.status_code == 302, answer.context["errors"]
    contest = Contest.objects.get()
    assert contest.rule == Rule(
        name="equal-shares",
        minimum_votes=25,
        minimum_of_ballots="1/40",
        minimum_of_cost="1/3",
        utility="cardinality",
        completion="add1u",
        increment=50,
        compare=True,
        ties=("max-votes", "lot"),
    )
    page = said(set_up.get(f"/admin/budgeting/contest/{contest.pk}/change/"))
    for shown in ('value="25"', 'value="2.5 %"', 'value="1/3"', 'value="add1u" selected', 'value="0.50"'):
        assert shown in page


def test_v1_what_is_typed_as_json_is_asked_of_nobody(set_up: Client, typed: dict[str, Any]) -> None:
    assert "rule_parameters" not in said(set_up.get(PAGE))


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"minimum_votes": "many"}, "Enter a whole number."),
        ({"minimum_votes": "-5"}, "greater than or equal to 0"),
        ({"minimum_votes": "9" * 400}, "less than or equal to"),
        ({"minimum_of_ballots": "0.1"}, "“0.1” is not a share."),
        ({"minimum_of_ballots": "101 %"}, "“101 %” is not a share."),
        ({"minimum_of_ballots": "0 %"}, "“0 %” is not a share."),
        ({"minimum_of_ballots": "1/0"}, "“1/0” is not a share."),
        ({"minimum_of_ballots": "\x001"}, "is not a share."),
        ({"minimum_of_cost": "NaN"}, "“NaN” is not a share."),
        (
            {"cover": "4/5"},
            "“Covered share” goes only with “Most votes first, stopping at the first that does not fit”",
        ),
        (
            {"utility": "cardinality"},
            "goes only with “Method of Equal Shares”. Leave it empty, or choose another rule.",
        ),
        ({"completion": "add1"}, "goes only with “Method of Equal Shares”"),
        ({"compare": "on"}, "goes only with “Method of Equal Shares”"),
        ({"counting_rule": "equal-shares", "rank_by": "votes-per-cost"}, "“What the order goes by” goes only with"),
        ({"counting_rule": "equal-shares", "increment": "5"}, "does nothing unless “What becomes of the money"),
        ({"counting_rule": "equal-shares", "completion": "add1", "increment": "0"}, "Give at least €0.01."),
        ({"ties": "min-cost"}, "Select a valid choice."),
        ({"rank_by": "points"}, "Select a valid choice."),
    ],
)
def test_v1_c2_i2_what_cannot_be_counted_is_refused_where_it_is_typed(
    set_up: Client, typed: dict[str, Any], fields: dict[str, str], sentence: str
) -> None:
    answer = set_up.post(PAGE, typed | fields)
    assert answer.status_code == 200
    assert sentence in said(answer)
    assert not Contest.objects.exists()


@pytest.mark.parametrize("style", ["points", "ranking"])
def test_v12_phragmen_is_not_chosen_with_points_or_places(set_up: Client, typed: dict[str, Any], style: str) -> None:
    points = {"points": "10"} if style == "points" else {}
    answer = set_up.post(PAGE, typed | points | {"ballot_style": style, "counting_rule": "phragmen"})
    assert "points and places would be thrown away" in said(answer)
    assert not Contest.objects.exists()


@pytest.mark.parametrize(
    ("rule", "fields"),
    [("greedy", {"rank_by": "votes-per-cost"}), ("equal-shares", {"utility": "cardinality"})],
)
def test_v12_no_rule_throws_points_away(set_up: Client, typed: dict[str, Any], rule: str, fields: Any) -> None:
    ranking = typed | {"ballot_style": "ranking", "counting_rule": rule}
    answer = set_up.post(PAGE, ranking | fields)
    assert "Points and places would be thrown away." in said(answer)
    assert set_up.post(PAGE, ranking).status_code == 302
    assert Contest.objects.get().rule.measure == "points"


def test_what_was_typed_stays_when_it_is_refused(set_up: Client, typed: dict[str, Any]) -> None:
    page = said(set_up.post(PAGE, typed | {"minimum_of_ballots": "a tenth", "minimum_votes": "12"}))
    assert 'value="a tenth"' in page
    assert 'value="12"' in page


def test_a_change_of_the_rule_is_on_record(set_up: Client, typed: dict[str, Any]) -> None:
    set_up.post(PAGE, typed)
    page = f"/admin/budgeting/contest/{Contest.objects.get().pk}/change/"
    assert set_up.post(page, typed | {"slug": "riverside", "minimum_of_ballots": "10%"}).status_code == 302
    assert AuditEvent.objects.get(action="changed").facts == {"minimum_of_ballots": [None, "1/10"]}


def test_the_page_of_the_cycle_leaves_the_rule_as_it_is(set_up: Client, riverside_contest: Contest) -> None:
    """It shows the money and the ballot only; a style that the rule cannot count is refused there, too."""
    riverside_contest.counting_rule, riverside_contest.rule_parameters = "equal-shares", {"completion": "add1"}
    riverside_contest.save()
    cycle = riverside_contest.cycle
    row = {"id": riverside_contest.pk, "cycle": cycle.pk, "district": riverside_contest.district_id}
    row |= {"slug": "riverside", "budget": "300000", "ballot_style": "approval"}
    fields = {
        "slug": "2027",
        "title": "Budget",
        "currency": "EUR",
        "supporters": "verified",
        "phases-TOTAL_FORMS": 0,
        "phases-INITIAL_FORMS": 0,
    }
    fields |= {"contests-TOTAL_FORMS": 1, "contests-INITIAL_FORMS": 1}
    fields |= {f"contests-0-{name}": value for name, value in row.items()}
    page = f"/admin/budgeting/cycle/{cycle.pk}/change/"
    assert set_up.post(page, fields).status_code == 302
    contest = Contest.objects.get()
    assert (contest.budget, contest.rule_parameters) == (300_000_00, {"completion": "add1"})
    contest.counting_rule = "phragmen"
    contest.rule_parameters = {}
    contest.save()
    answer = set_up.post(page, fields | {"contests-0-ballot_style": "ranking"})
    assert "points and places would be thrown away" in said(answer)


# The ballot ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"most_choices": "0"}, "A limit is at least 1."),
        ({"ballot_style": "knapsack", "most_choices": "0"}, "A limit is at least 1."),
        ({"ballot_style": "ranking", "most_choices": "0"}, "A limit is at least 1."),
        ({"ballot_style": "points", "points": "10", "most_points": "0"}, "A limit is at least 1."),
        ({"ballot_style": "points", "points": "10", "most_points": "50"}, "cannot have more points than there are"),
        (
            {"ballot_style": "points", "points": "10", "most_points": "1", "most_choices": "3"},
            "So nobody could give more than 3 of the 10 points.",
        ),
        ({"ballot_style": "points", "points": "70000"}, "less than or equal to 32767"),
        ({"points": "10"}, "This goes with “Share out points” only."),
        ({"ballot_style": "ranking", "most_points": "2"}, "This goes with “Share out points” only."),
        ({"highest_cost": "0"}, "Give at least €0.01."),
    ],
)
def test_v2_a_limit_nobody_can_keep_is_refused(
    set_up: Client, typed: dict[str, Any], fields: dict[str, str], sentence: str
) -> None:
    answer = set_up.post(PAGE, typed | fields)
    assert answer.status_code == 200
    assert sentence in said(answer)
    assert not Contest.objects.exists()


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"most_choices": 0}, "a_limit_of_the_ballot_is_at_least_one"),
        ({"ballot_style": "points", "points": 10, "most_points": 0}, "a_limit_of_the_ballot_is_at_least_one"),
        ({"ballot_style": "points", "points": 10, "most_points": 11}, "one_project_has_at_most_all_points"),
        ({"ballot_style": "points", "points": 10, "most_points": 3, "most_choices": 3}, "all_points_can_be_given"),
        ({"points": 10}, "points_go_with_points_ballots"),
        ({"most_points": 10}, "points_go_with_points_ballots|one_project_has_at_most_all_points"),
        ({"highest_cost": 0}, "one_project_costs_at_most_the_budget"),
        ({"highest_cost": 250_000_01}, "one_project_costs_at_most_the_budget"),
        ({"rule_parameters": [1]}, "what_is_set_in_a_rule_has_names"),
        ({"rule_parameters": "greedy"}, "what_is_set_in_a_rule_has_names"),
        ({"rule_parameters": 5}, "what_is_set_in_a_rule_has_names"),
    ],
)
def test_v2_the_database_too_refuses_it(riverside_contest: Contest, columns: dict[str, Any], name: str) -> None:
    with pytest.raises(IntegrityError, match=name):
        Contest.objects.update(**columns)


def test_the_largest_limits_are_compared_without_a_fault(riverside_contest: Contest) -> None:
    Contest.objects.update(ballot_style="points", points=32767, most_points=32767, most_choices=32767)
    Contest.objects.get().full_clean()


# Before the paper freezes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"rule_parameters": {"minimum_of_ballots": 0.1}}, "“Share of the ballots a project needs” is a share above 0"),
        ({"rule_parameters": {"minimum_vote": 5}}, "A counting rule has no “minimum_vote”."),
        ({"rule_parameters": {"ties": []}}, "An order for equal projects ends with what always decides"),
        ({"rule_parameters": {"name": "phragmen"}}, "A counting rule has no “name”."),
        ({"rule_parameters": {"seed": "mine"}}, "A counting rule has no “seed”."),
        ({"ballot_style": "ranking", "counting_rule": "phragmen"}, "points and places would be thrown away"),
    ],
)
def test_v1_h2_what_came_by_another_door_is_refused_before_it_is_frozen(
    riverside_contest: Contest, at: Any, martin: User, columns: dict[str, Any], sentence: str
) -> None:
    """It was written past the form, as an import or an earlier version might have."""
    for proposal in propose(riverside_contest):
        proposal.decide(by=martin, at=at("reviewing"), outcome="shortlist", reason="Feasible.")
    Contest.objects.update(**columns)
    contest = Contest.objects.select_related("cycle", "district").get()
    with pytest.raises(Refused, match=sentence):
        paper.plan(contest, at("presenting"))
    with pytest.raises(ValidationError, match=sentence):
        contest.full_clean()
    assert sentence in " ".join(contest.count_in_words)


def test_v1_c2_what_an_earlier_version_froze_is_refused_at_the_count_with_its_reason(
    riverside_contest: Contest, clara: User, box_key: Any, at: Any
) -> None:
    """It was a 500. What the count cannot do takes another way out; the page says why."""
    frozen = put_on_paper(riverside_contest)
    told = {**frozen.told, "rule_parameters": {"minimum_vote": 5}}
    del told["rule"]  # a paper of version 1
    with lifted("ballots_ballotpaper", "stays"), lifted("budgeting_contest", "frozen_with_its_paper"):
        BallotPaper.objects.update(manifest=canonical(told))
        Contest.objects.update(rule_parameters={"minimum_vote": 5})
    bring_in(riverside_contest, {"1:1": 3})
    at("counting")
    answer = signed_in(clara).post("/2027/box/count/riverside/", follow=True)
    assert answer.status_code == 200
    assert "A counting rule has no “minimum_vote”." in said(answer)
    assert not Count.objects.exists()


# A share -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "share"),
    [
        *[("80 %", "4/5"), ("80%", "4/5"), ("80", "4/5"), (" 4 / 5 ", "4/5"), ("33,5 %", "67/200")],
        *[("0.5%", "1/200"), ("100", "1"), ("1", "1/100"), ("1/1", "1"), ("", None)],
    ],
)
def test_a_share_is_understood_as_people_write_it(text: str, share: str | None) -> None:
    assert ShareField(required=False).clean(text) == (share and Fraction(share))


@pytest.mark.parametrize("text", ["0.8", "0,8", "0", "101", "5/4", "1/0", "-5", "five", "1e1", "½", "٥", "1" * 20, "%"])
def test_what_could_be_meant_in_two_ways_is_no_share(text: str) -> None:
    with pytest.raises(forms.ValidationError, match="is not a share"):
        ShareField(required=False).clean(text)


@given(st.fractions(0, 1, max_denominator=10**6))
def test_a_share_that_is_shown_can_be_typed_again(share: Fraction) -> None:
    field = ShareField()
    if share:
        assert field.clean(field.prepare_value(share)) == share


# Alike, whoever reads it ---------------------------------------------------------------------------------------------

# What is typed in a field, and the same as an earlier version stored it.
MEANT: dict[str, Any] = {
    "rank_by": st.sampled_from([(each, each) for each in RANKINGS]),
    "minimum_votes": st.sampled_from([("0", 0), ("1", 1), ("7", 7), ("-1", -1), ("many", "many"), ("1.5", 1.5)]),
    "minimum_of_ballots": st.sampled_from([("10 %", "1/10"), ("1/0", "1/0"), ("0.1", 0.1), ("200 %", 2)]),
    "minimum_of_cost": st.sampled_from([("1/3", "1/3"), ("x", "x")]),
    "cover": st.sampled_from([("80", "0.8"), ("0 %", 0)]),
    "utility": st.sampled_from([(each, each) for each in UTILITIES]),
    "completion": st.sampled_from([(each, each) for each in COMPLETIONS]),
    "increment": st.sampled_from([("0.01", 1), ("5", 500), ("0", 0)]),
    "compare": st.just(("on", True)),
    "ties": st.sampled_from(
        [("lot", ["lot"]), ("max-votes listed", ["max-votes", "listed"]), ("min-cost", ["min-cost"])]
    ),
}


@settings(max_examples=many(12, 400), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_form_contest_and_rule_refuse_and_take_the_same(riverside_contest: Contest, data: st.DataObject) -> None:
    style = data.draw(st.sampled_from(Contest.BallotStyle))
    name = data.draw(st.sampled_from(Contest.CountingRule.values))
    scored = not style.has_marks
    chosen = data.draw(st.lists(st.sampled_from([*MEANT]), unique=True, max_size=3))
    pairs = {each: data.draw(MEANT[each]) for each in chosen}
    # The form says what is usual by leaving a field empty, and has no other word for it.
    pairs = {each: pair for each, pair in pairs.items() if pair[1] != PARAMETERS[each].default_on(scored)}
    stored = {each: value for each, (_, value) in pairs.items()}
    try:
        rule = Rule.of_contest(name, stored, scored=scored)
    except NotCountable:
        rule = None
    contest, of_form = Contest.objects.get(), Contest.objects.get()
    contest.ballot_style, contest.counting_rule, contest.rule_parameters = style, name, stored
    contest.points = 10 if style == "points" else None
    assert bool(contest.why_not_countable()) is (rule is None)
    typed = {each: text for each, (text, _) in pairs.items()}
    typed |= {"ballot_style": style.value, "counting_rule": name, "points": contest.points or ""}
    form = RuleForm(typed, instance=of_form)
    assert form.is_valid() is (rule is not None), (form.errors, stored)
    if rule:
        contest.full_clean()
        assert contest.rule == of_form.rule == rule
        assert contest.rule_parameters == of_form.rule_parameters == rule.set_apart(scored=scored)
    else:
        with pytest.raises(ValidationError):
            contest.full_clean()
