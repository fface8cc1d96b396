"""A spreadsheet of cards that cannot be taken, was overtaken by something else, or is undone."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent
from budgeting.models import Cycle
from committee import cards
from committee.calendar import Kind
from committee.models import Answer, Card, CardImport, Question
from committee.recusing import recuse
from committee.sheets import files, importing
from committee.tasks import forget_spreadsheets
from lib.refusal import Refused
from lib.tables import TableError
from tests.cast import propose, signed_in
from tests.committee.sheets import LAND, PAGE, answers, as_file, column, fill, taken
from tests.databases import undone
from tests.papers import words_on

# What cannot be taken ------------------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("name", "text", "line", "sentence"),
    [
        ("climate", "9", 3, "“9” is none of the answers: 0, 1, 2, 3, 4, 5."),
        ("climate", "=2+2", 3, "Formulas are not read. Write what it comes to."),
        ("cost", "much", 3, "“much” is not an amount of money. Write it in figures, such as 12500."),
        ("way", "By magic", 3, "“By magic” is none of the answers: By the city, =SUM(1)."),
        ("land", "perhaps", 2, "“perhaps” is none of the answers: Yes, No, Does not apply."),
        ("land", "yes", 3, "This question stands on another card: “Formal check”."),
    ],
)
def test_a_fault_is_said_with_its_line_and_column_and_nothing_is_taken(
    proposal, criteria, martin, cycle, looked, name, text, line, sentence, kind
) -> None:
    cells = taken(martin, cycle)
    fill(cells, 2, criteria["land"], "No")
    fill(cells, line, criteria[name], text)
    with pytest.raises(importing.Faulty) as refused:
        looked(cells, kind)
    (fault,) = refused.value.faults
    assert (fault.line, fault.reason) == (line, sentence)
    assert fault.column == f"{criteria[name].pk}. {criteria[name].text}"
    assert not CardImport.objects.exists()
    assert not Card.objects.exists()


def test_a_comment_too_long_a_line_twice_and_a_card_of_nobody(proposal, criteria, martin, cycle, looked) -> None:
    cells = taken(martin, cycle)
    fill(cells, 2, criteria["land"], "x" * 4001, comment=True)
    cells += [cells[2], ["77", *cells[2][1:]], [*cells[2][:3], "Party", *cells[2][4:]]]
    with pytest.raises(importing.Faulty) as refused:
        looked(cells)
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [
        (2, f"{criteria['land'].pk}b. Comment"),
        (4, "Number"),
        (5, "Number"),
        (6, "Step"),
    ]


def test_the_page_lists_the_faults_and_keeps_nothing(proposal, criteria, martin, cycle, now) -> None:
    cells = taken(martin, cycle)
    fill(cells, 3, criteria["climate"], "9")
    answer = signed_in(martin).post(PAGE, {"file": SimpleUploadedFile("mine.csv", as_file(cells).read())})
    assert answer.status_code == 422
    assert (
        f"3 {criteria['climate'].pk}. Is it good for the climate? “9” is none of the answers: 0, 1, 2, 3, 4, 5."
        in words_on(answer)
    )


def test_another_members_sheet_is_refused_and_so_is_another_rounds(
    proposal, criteria, martin, mira, cycle, looked
) -> None:
    cells = taken(mira, cycle)
    fill(cells, 2, criteria["land"], "No")
    with pytest.raises(importing.Faulty) as refused:
        looked(cells)
    assert "not taken from your own sheet" in refused.value.faults[0].reason
    other = Cycle.objects.create(slug="2031", title="Another")
    strange = Question.objects.create(cycle=other, step="formal", kind="yes_no", text="Of another round?")
    cells = taken(martin, cycle)
    cells[0][column(cells, criteria["land"])] = f"{strange.pk}. {strange.text}"
    with pytest.raises(importing.Faulty) as refused:
        looked(cells)
    assert refused.value.faults[0] == files.Fault(
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
def test_what_is_no_such_sheet_is_refused_as_a_whole(criteria, proposal, martin, cycle, now, content, sentence) -> None:
    with pytest.raises(TableError, match=sentence.replace("(", r"\(")):
        importing.look(cycle, io.BytesIO(content), "x", by=martin, at=now)


def test_columns_of_their_own_are_named_and_not_read(proposal, criteria, martin, cycle, looked) -> None:
    cells = taken(martin, cycle)
    fill(cells, 2, criteria["land"], "Yes")
    cells = [[*row, "My own thoughts"] for row in cells]
    assert looked(cells).unread == ["My own thoughts"]


# At the same time ----------------------------------------------------------------------------------------------------


def test_a_card_that_was_changed_since_is_not_written_over(proposal, criteria, martin, cycle, looked, now) -> None:
    cells, land = taken(martin, cycle), criteria["land"]
    fill(cells, 2, land, "No")
    made = looked(cells)
    cards.keep(proposal, Kind.FORMAL, {land.pk: ("yes", "")}, version=0, by=martin, at=now)
    with pytest.raises(Refused, match=r"changed since you uploaded the sheet: 1 \(Formal check\)\."):
        importing.confirm(made, by=martin, at=now)
    with pytest.raises(importing.Faulty) as refused:
        looked(cells)
    assert "changed since you downloaded" in refused.value.faults[0].reason
    assert answers(martin) == {("formal", LAND): ("yes", "")}


def test_what_is_handed_in_or_retired_or_recused_is_not_changed(proposal, criteria, martin, cycle, looked, now) -> None:
    land = criteria["land"]
    Question.objects.create(cycle=cycle, step="formal", kind="yes_no", text="Is it complete?", place=9)
    card = cards.keep(proposal, Kind.FORMAL, {land.pk: ("yes", "")}, version=0, by=martin, at=now)
    cells = taken(martin, cycle)
    fill(cells, 2, land, "No")
    made = looked(cells)
    with undone():
        cards.hand_in(card, {}, by=martin, at=now)
        with pytest.raises(Refused, match="changed since"):
            importing.confirm(made, by=martin, at=now)
        with pytest.raises(importing.Faulty) as refused:
            looked(cells)
        assert "You have handed in this card" in refused.value.faults[0].reason
    with undone():
        Question.objects.filter(pk=land.pk).update(retired_at=now)
        with pytest.raises(Refused, match="asked no more: “Is it land of the city\\?”"):
            importing.confirm(made, by=martin, at=now)
        with pytest.raises(importing.Faulty) as refused:
            looked(cells)
        assert refused.value.faults[0].reason == "This question is asked no more."
    with undone():
        recuse(proposal, by=martin, at=now, interest="work")
        with pytest.raises(Refused, match=r"no part in these any more: 1 \(Formal check\)"):
            importing.confirm(made, by=martin, at=now)
        assert proposal.title not in signed_in(martin).get(f"{PAGE}{made.pk}/").text
    assert answers(martin) == {("formal", LAND): ("yes", "")}


# Undone --------------------------------------------------------------------------------------------------------------


def test_all_of_it_is_undone_but_what_was_changed_since(
    proposal, submitted, rosa, criteria, martin, cycle, looked, now
):
    slide, land = submitted(rosa, title="A slide"), criteria["land"]
    cards.keep(proposal, Kind.FORMAL, {land.pk: ("yes", "Ours.")}, version=0, by=martin, at=now)
    cells = taken(martin, cycle)
    fill(cells, 2, land, "")
    fill(cells, 2, land, "", comment=True)
    fill(cells, 3, criteria["climate"], "4")
    fill(cells, 4, land, "No")
    made = looked(cells)
    importing.confirm(made, by=martin, at=now)
    assert not Answer.objects.filter(card__proposal=proposal, question=land).exists()
    cards.keep(slide, Kind.FORMAL, {land.pk: ("na", "")}, version=1, by=martin, at=now)
    browser = signed_in(martin)
    page = words_on(browser.post(f"{PAGE}{made.pk}/", {"undo": "yes"}, follow=True))
    assert "These were changed since, and stay as they are: 2 (Formal check)." in page
    of = {(each.card.proposal_id, each.question_id): (each.value, each.comment) for each in Answer.objects.all()}
    assert of == {(proposal.pk, land.pk): ("yes", "Ours."), (slide.pk, land.pk): ("na", "")}
    assert AuditEvent.objects.get(action="card import undone").facts == {"digest": made.digest, "cards": 2}
    with pytest.raises(Refused, match="undone already"):
        importing.undo(made, by=martin, at=now)


def test_what_was_changed_stays_on_record_and_what_nobody_confirmed_does_not(
    proposal, criteria, martin, mira, cycle, looked, now, monkeypatch
) -> None:
    cells = taken(martin, cycle)
    fill(cells, 2, criteria["land"], "No")
    made = looked(cells)
    with pytest.raises(Refused, match="Only what was taken over"):
        importing.undo(made, by=martin, at=now)
    assert looked(cells).pk != made.pk
    assert CardImport.objects.count() == 1, "the former is gone"
    assert signed_in(mira).get(f"{PAGE}{CardImport.objects.get().pk}/").status_code == 404
    monkeypatch.setattr("lib.clock.now", lambda: now + timedelta(hours=25))
    forget_spreadsheets()
    assert not CardImport.objects.exists()
    made = looked(cells)
    importing.confirm(made, by=martin, at=now)
    forget_spreadsheets()
    for change in (lambda: CardImport.objects.update(changes=[{}]), CardImport.objects.get().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


# Many ----------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_300_take_no_more_statements_than_3(riverside_contest, criteria, martin, cycle, now) -> None:
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
                row[column(cells, criteria["land"])] = "Yes" if row[column(cells, criteria["land"])] != "Yes" else "No"
        made = count(lambda: importing.look(cycle, as_file(cells), "all", by=martin, at=now))
        assert count(lambda: browser.get(f"{PAGE}{made.pk}/")).status_code == 200
        count(lambda: importing.confirm(made, by=martin, at=now))
        count(lambda: importing.undo(made, by=martin, at=now))
        return counted

    propose(riverside_contest)
    statements()  # from then on there are cards
    few = statements()
    for _ in range(6):
        propose(riverside_contest)
    assert statements() == few
