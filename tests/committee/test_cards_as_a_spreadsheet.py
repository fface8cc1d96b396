"""A member takes their cards away as a spreadsheet and brings them back: looked at first, drafts, undone as a whole."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import AuditEvent
from committee import assigning, cards
from committee.calendar import Kind
from committee.models import Answer, Card, CardImport
from committee.recusing import recuse
from committee.sheets import importing
from committee.sheets.columns import plain
from lib.refusal import Refused
from tests.cast import signed_in
from tests.committee.sheets import COST, LAND, PAGE, WAY, answers, as_file, fill, taken
from tests.databases import undone
from tests.papers import words_on

# Out -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_line_for_each_card_with_what_is_answered_so_far(proposal, criteria, martin, cycle, now, kind) -> None:
    typed = {criteria["way"].pk: ("=SUM(1)", "-5 trees"), criteria["climate"].pk: ("4", "")}
    cards.keep(proposal, Kind.ASSESSMENT, typed, version=0, by=martin, at=now)
    head, formal, assessment = taken(martin, cycle, kind)
    assert head[:6] == ["Number", "District", "Title", "Step", "State", "Mark (leave it as it is)"]
    assert formal[:5] == ["1", "Riverside", proposal.title, "Formal check", "not begun"]
    assert assessment[3:5] == ["Assessment", "a draft"]
    assert dict(zip(head, assessment, strict=True))[f"{criteria['way'].pk}. {WAY}"] == "'=SUM(1)"
    assert "'-5 trees" in assessment
    assert "4" in assessment
    assert f"{criteria['way'].pk}b. Comment" in head


def test_it_is_the_members_own_and_nobody_elses(proposal, submitted, rosa, criteria, three, cycle, clara, now) -> None:
    theirs, recused = submitted(rosa, title="For Mira"), submitted(rosa, title="Not for Martin")
    assigning.assign([theirs], three[1], by=clara, at=now, due=None)
    recuse(recused, by=three[0], at=now, interest="work")
    cards.keep(proposal, Kind.FORMAL, {criteria["land"].pk: ("no", "Mira's secret")}, version=0, by=three[1], at=now)
    cells = taken(three[0], cycle)
    assert {row[2] for row in cells[1:]} == {proposal.title}
    assert "Mira's secret" not in str(cells)
    assert {row[2] for row in taken(three[1], cycle)[1:]} == {proposal.title, "For Mira", "Not for Martin"}


def test_it_is_downloaded_from_the_desk_and_leaves_no_trace_in_the_log(proposal, criteria, martin, now) -> None:
    for kind in ("csv", "xlsx"):
        answer = signed_in(martin).get(f"/desk/2027/work/sheet.{kind}")
        assert answer["Content-Disposition"] == f'attachment; filename="cards-2027.{kind}"'
        assert answer["Cache-Control"] == "no-store"
    assert not AuditEvent.objects.exists(), (
        "what is one's own may be read without a word, and tells nobody how far the log is"
    )


@pytest.mark.parametrize("who", ["rosa", "tomas", "ines", "otto", "clara"])
def test_others_have_no_cards(proposal, criteria, now, who, request) -> None:
    browser = signed_in(request.getfixturevalue(who))
    for address in (PAGE, "/desk/2027/work/sheet.csv", "/desk/2027/work/sheet.xlsx", f"{PAGE}1/"):
        assert browser.get(address).status_code == 403


# In ------------------------------------------------------------------------------------------------------------------


def test_it_is_looked_at_then_taken_over_as_drafts(proposal, criteria, martin, cycle, now) -> None:
    cells = taken(martin, cycle)
    fill(cells, 2, criteria["land"], "No")
    fill(cells, 2, criteria["land"], "Not the quay.", comment=True)
    fill(cells, 3, criteria["cost"], "40 000,50")
    browser = signed_in(martin)
    sent = SimpleUploadedFile("mine.csv", as_file(cells).read())
    answer = browser.post(PAGE, {"file": sent}, follow=True)
    page = words_on(answer)
    assert "What this sheet would change" in page
    assert "Is it land of the city? no answer No Not the quay." in page, page
    assert not Card.objects.exists()
    browser.post(answer.request["PATH_INFO"], {"confirm": "yes"})
    assert answers(martin) == {("formal", LAND): ("no", "Not the quay."), ("assessment", COST): ("40 000,50", "")}
    assert set(Card.objects.values_list("version", "handed_in_at")) == {(1, None)}
    made, entry = CardImport.objects.get(), AuditEvent.objects.get(action="cards imported")
    assert entry.facts == {"digest": made.digest, "cards": 2}
    assert "taken over" in words_on(browser.get(PAGE))


def test_what_was_written_in_french_is_read_in_english_and_the_other_way(proposal, criteria, martin, cycle, looked):
    with translation.override("fr"):
        cells = taken(martin, cycle)
    assert cells[0][:2] == ["Numéro", "Quartier"]
    fill(cells, 2, criteria["land"], "Sans objet")
    assert looked(cells).changes[0]["after"] == {str(criteria["land"].pk): ["na", ""]}
    with translation.override("fr"):
        cells = taken(martin, cycle)
        fill(cells, 2, criteria["land"], "yes")
        assert looked(cells).changes[0]["after"] == {str(criteria["land"].pk): ["yes", ""]}


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40) | st.sampled_from(
    ["=1+1", "'=1+1", "''-2", "@x", "007", "1e5", "\tA", "5%", "line\nline", " blank ", "＝1", "'", "yes"]
)


@pytest.mark.long
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.lists(st.tuples(TEXTS, TEXTS), min_size=4, max_size=4), kind=st.sampled_from(["csv", "xlsx"]))
def test_whatever_was_typed_comes_back_as_it_went(proposal, criteria, martin, cycle, now, typed, kind) -> None:
    """Another member's empty cards, filled from a sheet of the same cells, say the same."""
    with undone():
        kept = {question.pk: (plain(a), plain(b)) for question, (a, b) in zip(criteria.values(), typed, strict=True)}
        for step, names in ((Kind.FORMAL, ["land"]), (Kind.ASSESSMENT, ["climate", "cost", "way"])):
            of_step = {criteria[name].pk: kept[criteria[name].pk] for name in names}
            cards.keep(proposal, step, of_step, version=0, by=martin, at=now)
        cells = taken(martin, cycle, kind)
        with pytest.raises(Refused, match="Nothing in the spreadsheet differs"):
            importing.look(cycle, as_file(cells, kind), "same", by=martin, at=now)


@pytest.mark.long
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    land=st.sampled_from(["", "yes", "no", "na"]),
    climate=st.sampled_from(["", "0", "5"]),
    cost=st.integers(0, 10**9).map(str) | st.just(""),
    way=st.sampled_from(["", "By the city", "=SUM(1)"]),
    comments=st.lists(TEXTS, min_size=4, max_size=4),
    kind=st.sampled_from(["csv", "xlsx"]),
)
def test_answers_go_out_and_in_and_are_the_same(
    proposal, criteria, martin, cycle, now, land, climate, cost, way, comments, kind
) -> None:
    said = dict(zip(criteria.values(), zip((land, climate, cost, way), map(plain, comments), strict=True), strict=True))
    with undone():
        for step in (Kind.FORMAL, Kind.ASSESSMENT):
            typed = {question.pk: each for question, each in said.items() if question.step == step.value}
            cards.keep(proposal, step, typed, version=0, by=martin, at=now)
        full, before = taken(martin, cycle, kind), answers(martin)
        Answer.objects.all().delete()
        if not before:
            return
        importing.confirm(importing.look(cycle, as_file(full, kind), "all", by=martin, at=now), by=martin, at=now)
        assert answers(martin) == before
