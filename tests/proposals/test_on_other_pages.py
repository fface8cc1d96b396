import pytest
from django.template import Context, Template

from accounts.visitors import Visitor
from tests.cast import conclude, enrol


def shown(rf, tag: str, user=None, **context) -> str:
    request = rf.get("/")
    request.user = user or Visitor()
    return Template("{% load proposals %}" + tag).render(Context({"request": request, **context}))


def test_a_district_shows_its_most_supported_proposals_and_how_many_there_are(
    rf, submitted, rosa, tomas, riverside_contest, hillside_contest, at
):
    now = at("proposing")
    enrol(tomas, riverside_contest.cycle, riverside_contest.district)
    submitted(rosa, title="Bench")
    submitted(rosa, title="Slide").endorse(by=tomas, at=now)
    submitted(rosa, contest=hillside_contest, title="Far away", latitude=None, longitude=None)
    page = shown(rf, "{% proposals_of contest %}", contest=riverside_contest)
    assert page.index("Slide") < page.index("Bench")
    assert "Far away" not in page
    assert "All 2 proposals in Riverside" in page
    assert 'href="/2027/proposals/?district=riverside"' in page


def test_what_was_withdrawn_is_not_put_forward(rf, submitted, rosa, cycle, at):
    submitted(rosa, title="Bench").withdraw(by=rosa, at=at("proposing"), reason="No longer")
    assert "Bench" not in shown(rf, "{% latest_proposals cycle %}", cycle=cycle)


def test_the_newest_stand_first(rf, submitted, rosa, tomas, cycle, at):
    at("proposing")
    first, second = submitted(rosa, title="Bench"), submitted(rosa, title="Slide")
    type(first).objects.filter(pk=first.pk).update(submitted_at=second.submitted_at.replace(year=2026))
    page = shown(rf, "{% latest_proposals cycle %}", cycle=cycle)
    assert page.index("Slide") < page.index("Bench")


def test_my_page_shows_what_i_wrote_and_nobody_elses(rf, draft, submitted, rosa, tomas, at):
    at("proposing")
    submitted(rosa, title="Slide")
    submitted(tomas, title="Bench")
    page = shown(rf, "{% my_proposals %}", rosa)
    assert draft.title in page
    assert "Slide" in page
    assert "Bench" not in page
    assert "not proposed anything" in shown(rf, "{% my_proposals %}")


def test_clerks_alone_see_what_was_reported(rf, proposal, rosa, tomas, clara, martin, at):
    proposal.comment(by=tomas, at=at("proposing"), text="You fools.").report(
        by=rosa, at=at("proposing"), reason="Insulting"
    )
    assert "Insulting" in shown(rf, '{% include "proposals/desk.html" %}', clara)
    for user in (rosa, martin, None):
        assert "Insulting" not in shown(rf, '{% include "proposals/desk.html" %}', user)


@pytest.mark.parametrize("tag", ["{% proposals_of contest %}", "{% latest_proposals cycle %}"])
def test_once_the_results_are_public_the_funded_stand_first(rf, submitted, rosa, tomas, riverside_contest, at, tag):
    won, lost = submitted(rosa, title="Bench"), submitted(rosa, title="Slide")
    lost.endorse(by=tomas, at=at("proposing"))
    type(won).objects.filter(pk=won.pk).update(submitted_at=won.submitted_at.replace(year=2026))
    conclude(won, funded=True)
    at("counting")
    page = {"contest": riverside_contest, "cycle": riverside_contest.cycle}
    hidden = shown(rf, tag, **page)
    at("results")
    public = shown(rf, tag, **page)
    assert hidden.index("Slide") < hidden.index("Bench")
    assert public.index("Bench") < public.index("Slide")
