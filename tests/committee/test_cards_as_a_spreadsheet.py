"""A member takes their cards away as a spreadsheet and brings them back: looked at first, drafts, undone as a whole."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from audit.models import AuditEvent
from budgeting.models import Cycle
from committee import assigning, card_files, cards, importing_cards
from committee.calendar import Kind
from committee.card_columns import plain
from committee.card_sheet import CardSheet
from committee.models import Answer, Card, CardImport, Question
from committee.recusing import recuse
from committee.tasks import forget_spreadsheets
from lib.refusal import Refused
from lib.tables import TableError
from tests.cast import propose, signed_in
from tests.databases import undone
from tests.papers import words_on

PAGE = "/desk/2027/work/sheet/"
LAND, WAY, COST = "Is it land of the city?", "Who builds it?", "What does it cost?"


@pytest.fixture
def questions(cycle: Cycle) -> dict[str, Question]:
    asked = {
        "land": {"step": "formal", "kind": "yes_no", "text": LAND},
        "climate": {"step": "assessment", "kind": "score", "most": 5, "text": "Is it good for the climate?"},
        "cost": {"step": "assessment", "kind": "amount", "text": COST},
        "way": {"step": "assessment", "kind": "choice", "lines": "By the city\n=SUM(1)", "text": WAY},
    }
    return {
        name: Question.objects.create(cycle=cycle, place=place, **each)
        for place, (name, each) in enumerate(asked.items(), start=1)
    }


def taken(member: User, cycle: Cycle, kind: str = "csv") -> list[list[str]]:
    """The cells of the sheet, from the header on."""
    content = card_files.written(CardSheet(member, cycle), kind)
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def as_file(cells: list[list[str]], kind: str = "csv") -> io.BytesIO:
    if kind == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(cells)
        return io.BytesIO(text.getvalue().encode("utf-8-sig"))
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in cells:
        book.active.append(row)
    book.save(content)
    return content


def column(cells: list[list[str]], question: Question, *, comment: bool = False) -> int:
    beginning = f"{question.pk}{'b' if comment else ''}. "
    return next(place for place, title in enumerate(cells[0]) if title.startswith(beginning))


@pytest.fixture
def looked(cycle, martin, questions, now):
    """looked(cells): a preview of Martin's."""

    def look(cells: list[list[str]], kind: str = "csv", *, by: User = martin) -> CardImport:
        return importing_cards.look(cycle, as_file(cells, kind), "my cards.csv", by=by, at=now)

    return look


def answers(member: User) -> dict[tuple[str, str], tuple[str, str]]:
    rows = Answer.objects.filter(card__member=member).select_related("card", "question")
    return {(each.card.step, each.question.text): (each.value, each.comment) for each in rows}


# Out -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_line_for_each_card_with_what_is_answered_so_far(proposal, questions, martin, cycle, now, kind) -> None:
    typed = {questions["way"].pk: ("=SUM(1)", "-5 trees"), questions["climate"].pk: ("4", "")}
    cards.keep(proposal, Kind.ASSESSMENT, typed, version=0, by=martin, at=now)
    head, formal, assessment = taken(martin, cycle, kind)
    assert head[:6] == ["Number", "District", "Title", "Step", "State", "Mark (leave it as it is)"]
    assert formal[:5] == ["1", "Riverside", proposal.title, "Formal check", "not begun"]
    assert assessment[3:5] == ["Assessment", "a draft"]
    assert dict(zip(head, assessment, strict=True))[f"{questions['way'].pk}. {WAY}"] == "'=SUM(1)"
    assert "'-5 trees" in assessment
    assert "4" in assessment
    assert f"{questions['way'].pk}b. Comment" in head


def test_it_is_the_members_own_and_nobody_elses(proposal, submitted, rosa, questions, three, cycle, clara, now) -> None:
    theirs, recused = submitted(rosa, title="For Mira"), submitted(rosa, title="Not for Martin")
    assigning.assign([theirs], three[1], by=clara, at=now, due=None)
    recuse(recused, by=three[0], at=now, interest="work")
    cards.keep(proposal, Kind.FORMAL, {questions["land"].pk: ("no", "Mira's secret")}, version=0, by=three[1], at=now)
    cells = taken(three[0], cycle)
    assert {row[2] for row in cells[1:]} == {proposal.title}
    assert "Mira's secret" not in str(cells)
    assert {row[2] for row in taken(three[1], cycle)[1:]} == {proposal.title, "For Mira", "Not for Martin"}


def test_it_is_downloaded_from_the_desk_and_that_is_on_record(proposal, questions, martin, now) -> None:
    for kind in ("csv", "xlsx"):
        answer = signed_in(martin).get(f"/desk/2027/work/sheet.{kind}")
        assert answer["Content-Disposition"] == f'attachment; filename="cards-2027.{kind}"'
        assert answer["Cache-Control"] == "no-store"
    assert AuditEvent.objects.filter(action="downloaded").count() == 2


@pytest.mark.parametrize("who", ["rosa", "tomas", "ines", "otto", "clara"])
def test_others_have_no_cards(proposal, questions, now, who, request) -> None:
    browser = signed_in(request.getfixturevalue(who))
    for address in (PAGE, "/desk/2027/work/sheet.csv", "/desk/2027/work/sheet.xlsx", f"{PAGE}1/"):
        assert browser.get(address).status_code == 403


# In ------------------------------------------------------------------------------------------------------------------


def fill(cells: list[list[str]], line: int, question: Question, text: str, *, comment: bool = False) -> None:
    cells[line - 1][column(cells, question, comment=comment)] = text


def test_it_is_looked_at_then_taken_over_as_drafts(proposal, questions, martin, cycle, now) -> None:
    cells = taken(martin, cycle)
    fill(cells, 2, questions["land"], "No")
    fill(cells, 2, questions["land"], "Not the quay.", comment=True)
    fill(cells, 3, questions["cost"], "40 000,50")
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


def test_what_was_written_in_french_is_read_in_english_and_the_other_way(proposal, questions, martin, cycle, looked):
    with translation.override("fr"):
        cells = taken(martin, cycle)
    assert cells[0][:2] == ["Numéro", "Quartier"]
    fill(cells, 2, questions["land"], "Sans objet")
    assert looked(cells).changes[0]["after"] == {str(questions["land"].pk): ["na", ""]}
    with translation.override("fr"):
        cells = taken(martin, cycle)
        fill(cells, 2, questions["land"], "yes")
        assert looked(cells).changes[0]["after"] == {str(questions["land"].pk): ["yes", ""]}


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40) | st.sampled_from(
    ["=1+1", "'=1+1", "''-2", "@x", "007", "1e5", "\tA", "5%", "line\nline", " blank ", "＝1", "'", "yes"]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.lists(st.tuples(TEXTS, TEXTS), min_size=4, max_size=4), kind=st.sampled_from(["csv", "xlsx"]))
def test_whatever_was_typed_comes_back_as_it_went(proposal, questions, martin, cycle, now, typed, kind) -> None:
    """Another member's empty cards, filled from a sheet of the same cells, say the same."""
    with undone():
        kept = {question.pk: (plain(a), plain(b)) for question, (a, b) in zip(questions.values(), typed, strict=True)}
        for step, names in ((Kind.FORMAL, ["land"]), (Kind.ASSESSMENT, ["climate", "cost", "way"])):
            of_step = {questions[name].pk: kept[questions[name].pk] for name in names}
            cards.keep(proposal, step, of_step, version=0, by=martin, at=now)
        cells = taken(martin, cycle, kind)
        with pytest.raises(Refused, match="Nothing in the spreadsheet differs"):
            importing_cards.look(cycle, as_file(cells, kind), "same", by=martin, at=now)


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
    proposal, questions, martin, cycle, now, land, climate, cost, way, comments, kind
) -> None:
    said = dict(
        zip(questions.values(), zip((land, climate, cost, way), map(plain, comments), strict=True), strict=True)
    )
    with undone():
        for step in (Kind.FORMAL, Kind.ASSESSMENT):
            typed = {question.pk: each for question, each in said.items() if question.step == step.value}
            cards.keep(proposal, step, typed, version=0, by=martin, at=now)
        full, before = taken(martin, cycle, kind), answers(martin)
        Answer.objects.all().delete()
        if not before:
            return
        importing_cards.confirm(
            importing_cards.look(cycle, as_file(full, kind), "all", by=martin, at=now), by=martin, at=now
        )
        assert answers(martin) == before


# What cannot be taken ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("name", "text", "line", "sentence"),
    [
        ("climate", "9", 3, "Select a valid choice. 9 is not one of the available choices."),
        ("climate", "=2+2", 3, "Formulas are not read. Write what it comes to."),
        ("cost", "much", 3, "“much” is not an amount of money. Write it in figures, such as 12500."),
        ("way", "By magic", 3, "Select a valid choice. By magic is not one of the available choices."),
        ("land", "perhaps", 2, "Select a valid choice. perhaps is not one of the available choices."),
        ("land", "yes", 3, "This question stands on another card: “Formal check”."),
    ],
)
def test_a_fault_is_said_with_its_line_and_column_and_nothing_is_taken(
    proposal, questions, martin, cycle, looked, name, text, line, sentence, kind
) -> None:
    cells = taken(martin, cycle)
    fill(cells, 2, questions["land"], "No")
    fill(cells, line, questions[name], text)
    with pytest.raises(importing_cards.Faulty) as refused:
        looked(cells, kind)
    (fault,) = refused.value.faults
    assert (fault.line, fault.reason) == (line, sentence)
    assert fault.column == f"{questions[name].pk}. {questions[name].text}"
    assert not CardImport.objects.exists()
    assert not Card.objects.exists()


def test_a_comment_too_long_a_line_twice_and_a_card_of_nobody(proposal, questions, martin, cycle, looked) -> None:
    cells = taken(martin, cycle)
    fill(cells, 2, questions["land"], "x" * 4001, comment=True)
    cells += [cells[2], ["77", *cells[2][1:]], [*cells[2][:3], "Party", *cells[2][4:]]]
    with pytest.raises(importing_cards.Faulty) as refused:
        looked(cells)
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [
        (2, f"{questions['land'].pk}b. Comment"),
        (4, "Number"),
        (5, "Number"),
        (6, "Step"),
    ]


def test_the_page_lists_the_faults_and_keeps_nothing(proposal, questions, martin, cycle, now) -> None:
    cells = taken(martin, cycle)
    fill(cells, 3, questions["climate"], "9")
    answer = signed_in(martin).post(PAGE, {"file": SimpleUploadedFile("mine.csv", as_file(cells).read())})
    assert answer.status_code == 422
    assert f"3 {questions['climate'].pk}. Is it good for the climate? Select a valid choice." in words_on(answer)


def test_another_members_sheet_is_refused_and_so_is_another_rounds(
    proposal, questions, martin, mira, cycle, looked
) -> None:
    cells = taken(mira, cycle)
    fill(cells, 2, questions["land"], "No")
    with pytest.raises(importing_cards.Faulty) as refused:
        looked(cells)
    assert "not taken from your own sheet" in refused.value.faults[0].reason
    other = Cycle.objects.create(slug="2031", title="Another")
    strange = Question.objects.create(cycle=other, step="formal", kind="yes_no", text="Of another round?")
    cells = taken(martin, cycle)
    cells[0][column(cells, questions["land"])] = f"{strange.pk}. {strange.text}"
    with pytest.raises(importing_cards.Faulty) as refused:
        looked(cells)
    assert refused.value.faults[0] == card_files.Fault(
        1, f"{strange.pk}. Of another round?", f"This question is on no card of {cycle}."
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Not found: Number, Step, Mark"),
        (b"name,birth_date\nRosa,1979\n", "Not found: Number, Step, Mark"),
        (b"PK\x03\x04 no spreadsheet", "The spreadsheet is damaged"),
        (b"\xd0\xcf\x11\xe0 old", "old Excel file"),
        (b"Number,Number,Step\n", "The column “Number” is there twice."),
        (b"a" * (8 * 2**20 + 1), "larger than 8 MB"),
        (b"Number,Step,Mark (leave it as it is)\n" + b"1,Assessment,x\n" * 5_001, "more than 5000 lines"),
        (b",".join([b"x"] * 401), "more than 400 columns"),
    ],
    ids=["empty", "another table", "damaged", "old", "twice", "large", "long", "wide"],
)
def test_what_is_no_such_sheet_is_refused_as_a_whole(
    questions, proposal, martin, cycle, now, content, sentence
) -> None:
    with pytest.raises(TableError, match=sentence.replace("(", r"\(")):
        importing_cards.look(cycle, io.BytesIO(content), "x", by=martin, at=now)


def test_columns_of_their_own_are_named_and_not_read(proposal, questions, martin, cycle, looked) -> None:
    cells = taken(martin, cycle)
    fill(cells, 2, questions["land"], "Yes")
    cells = [[*row, "My own thoughts"] for row in cells]
    assert looked(cells).unread == ["My own thoughts"]


# At the same time ----------------------------------------------------------------------------------------------------


def test_a_card_that_was_changed_since_is_not_written_over(proposal, questions, martin, cycle, looked, now) -> None:
    cells, land = taken(martin, cycle), questions["land"]
    fill(cells, 2, land, "No")
    made = looked(cells)
    cards.keep(proposal, Kind.FORMAL, {land.pk: ("yes", "")}, version=0, by=martin, at=now)
    with pytest.raises(Refused, match=r"changed since you uploaded the sheet: 1 \(Formal check\)\."):
        importing_cards.confirm(made, by=martin, at=now)
    with pytest.raises(importing_cards.Faulty) as refused:
        looked(cells)
    assert "changed since you downloaded" in refused.value.faults[0].reason
    assert answers(martin) == {("formal", LAND): ("yes", "")}


def test_what_is_handed_in_or_retired_or_recused_is_not_changed(
    proposal, questions, martin, cycle, looked, now
) -> None:
    land = questions["land"]
    Question.objects.create(cycle=cycle, step="formal", kind="yes_no", text="Is it complete?", place=9)
    card = cards.keep(proposal, Kind.FORMAL, {land.pk: ("yes", "")}, version=0, by=martin, at=now)
    cells = taken(martin, cycle)
    fill(cells, 2, land, "No")
    made = looked(cells)
    with undone():
        cards.hand_in(card, {}, by=martin, at=now)
        with pytest.raises(Refused, match="changed since"):
            importing_cards.confirm(made, by=martin, at=now)
        with pytest.raises(importing_cards.Faulty) as refused:
            looked(cells)
        assert "You have handed in this card" in refused.value.faults[0].reason
    with undone():
        Question.objects.filter(pk=land.pk).update(retired_at=now)
        with pytest.raises(Refused, match="asked no more: “Is it land of the city\\?”"):
            importing_cards.confirm(made, by=martin, at=now)
        with pytest.raises(importing_cards.Faulty) as refused:
            looked(cells)
        assert refused.value.faults[0].reason == "This question is asked no more."
    with undone():
        recuse(proposal, by=martin, at=now, interest="work")
        with pytest.raises(Refused, match=r"no part in these any more: 1 \(Formal check\)"):
            importing_cards.confirm(made, by=martin, at=now)
        assert proposal.title not in signed_in(martin).get(f"{PAGE}{made.pk}/").text
    assert answers(martin) == {("formal", LAND): ("yes", "")}


# Undone --------------------------------------------------------------------------------------------------------------


def test_all_of_it_is_undone_but_what_was_changed_since(
    proposal, submitted, rosa, questions, martin, cycle, looked, now
):
    slide, land = submitted(rosa, title="A slide"), questions["land"]
    cards.keep(proposal, Kind.FORMAL, {land.pk: ("yes", "Ours.")}, version=0, by=martin, at=now)
    cells = taken(martin, cycle)
    fill(cells, 2, land, "")
    fill(cells, 2, land, "", comment=True)
    fill(cells, 3, questions["climate"], "4")
    fill(cells, 4, land, "No")
    made = looked(cells)
    importing_cards.confirm(made, by=martin, at=now)
    assert not Answer.objects.filter(card__proposal=proposal, question=land).exists()
    cards.keep(slide, Kind.FORMAL, {land.pk: ("na", "")}, version=1, by=martin, at=now)
    browser = signed_in(martin)
    page = words_on(browser.post(f"{PAGE}{made.pk}/", {"undo": "yes"}, follow=True))
    assert "These were changed since, and stay as they are: 2 (Formal check)." in page
    of = {(each.card.proposal_id, each.question_id): (each.value, each.comment) for each in Answer.objects.all()}
    assert of == {(proposal.pk, land.pk): ("yes", "Ours."), (slide.pk, land.pk): ("na", "")}
    assert AuditEvent.objects.get(action="card import undone").facts == {"digest": made.digest, "cards": 2}
    with pytest.raises(Refused, match="undone already"):
        importing_cards.undo(made, by=martin, at=now)


def test_what_was_changed_stays_on_record_and_what_nobody_confirmed_does_not(
    proposal, questions, martin, mira, cycle, looked, now, monkeypatch
) -> None:
    cells = taken(martin, cycle)
    fill(cells, 2, questions["land"], "No")
    made = looked(cells)
    with pytest.raises(Refused, match="Only what was taken over"):
        importing_cards.undo(made, by=martin, at=now)
    assert looked(cells).pk != made.pk
    assert CardImport.objects.count() == 1, "the former is gone"
    assert signed_in(mira).get(f"{PAGE}{CardImport.objects.get().pk}/").status_code == 404
    monkeypatch.setattr("lib.clock.now", lambda: now + timedelta(hours=25))
    forget_spreadsheets()
    assert not CardImport.objects.exists()
    made = looked(cells)
    importing_cards.confirm(made, by=martin, at=now)
    forget_spreadsheets()
    for change in (lambda: CardImport.objects.update(changes=[{}]), CardImport.objects.get().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


# Many ----------------------------------------------------------------------------------------------------------------


def test_300_take_no_more_statements_than_3(riverside_contest, questions, martin, cycle, now) -> None:
    browser = signed_in(martin)

    def statements() -> list[int]:
        counted = []

        def count(deed):
            with CaptureQueriesContext(connection) as asked:
                result = deed()
            counted.append(len(asked))
            return result

        browser.get(PAGE)
        for kind in ("csv", "xlsx"):
            assert count(lambda kind=kind: browser.get(f"/desk/2027/work/sheet.{kind}")).status_code == 200
        cells = taken(martin, cycle)
        for row in cells[1:]:
            if row[3] == "Formal check":
                row[column(cells, questions["land"])] = (
                    "Yes" if row[column(cells, questions["land"])] != "Yes" else "No"
                )
        made = count(lambda: importing_cards.look(cycle, as_file(cells), "all", by=martin, at=now))
        assert count(lambda: browser.get(f"{PAGE}{made.pk}/")).status_code == 200
        count(lambda: importing_cards.confirm(made, by=martin, at=now))
        count(lambda: importing_cards.undo(made, by=martin, at=now))
        return counted

    propose(riverside_contest)
    statements()  # from then on there are cards
    few = statements()
    for _ in range(6):
        propose(riverside_contest)
    assert statements() == few
