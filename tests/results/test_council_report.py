"""The council gets one document: complete, accessible, archival, with what is needed to check it inside."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import page
import pypdf
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.formats import date_format
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from audit.models import AuditEvent
from ballots.counting import count_contest
from ballots.models import Count
from budgeting.models import CalendarChange, Counted
from lib import jobs
from proposals.models import Award
from residents.models import RegisterImport
from results import tasks, turnout
from results.council_report import council_report
from results.management.commands import report as command
from results.models import Report
from results.result import Result, results_of
from tests.cast import put_on_paper, work
from tests.databases import lifted
from tests.papers import words_of, words_on

pytestmark = pytest.mark.heavy

PDF = "/2027/results.pdf"
REPORT = "/2027/results/report/"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
RIVERSIDE_REPORT = "/2027/riverside/results/report/"


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.fixture(scope="module")
def drawn() -> dict[str, bytes]:
    """The reports made so far, by language. Each test finds the same city, and drawing its report takes seconds."""
    return {}


@pytest.fixture
def report_in(drawn, counted, hillside_counted, cycle, martin, at) -> Callable[[str], bytes]:
    """The report of the whole city, of which Riverside has numbers to tell and Hillside too few."""
    decisions = {
        "Playground": [("reviewing", "shortlist", "Feasible, and on city land.")],
        "Bee hotel": [
            ("proposing", "return", "Say where it would stand."),
            ("reviewing", "reject", "The roof cannot carry it."),
        ],
    }
    with lifted("proposals_decision", "on_paper"):  # they were written before the paper was frozen
        for title, decided in decisions.items():
            proposal = counted.contest.paper.lines.get(title=title).proposal
            for stage, outcome, reason in decided:
                proposal.decisions.create(by=martin, at=at(stage), outcome=outcome, reason=reason)

    def report(language: str) -> bytes:
        moment = at("results")
        if language not in drawn:
            drawn[language] = council_report(cycle, None, language=language, at=moment)
        return drawn[language]

    return report


@pytest.fixture
def content(report_in) -> bytes:
    return report_in("en")


@pytest.fixture
def drawn_in_no_time(monkeypatch) -> None:
    """For those who look how a report is asked for, and not what is in it."""
    for maker in (tasks, command):
        monkeypatch.setattr(maker, "council_report", lambda *args, **more: b"%PDF-1.7 for the council")


@pytest.mark.long
@pytest.mark.sampled(1)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_is_accessible_and_archival_in_every_language(report_in, language) -> None:
    content = report_in(language)
    for profile in ("ua1", "3a"):
        assert page.validate_pdf_bytes(content, profile=profile).failures == [], profile


def test_it_says_what_was_decided_why_and_how(content) -> None:
    text = words_of(content)
    for part in (
        "4 projects are funded with €345,000 of €400,000; €55,000 is left.",
        "2 projects are funded with €210,000 of €250,000.",
        "It costs €60,000; when its turn came, €40,000 was left.",
        "A project that costs more than is left is passed over",
        "Voting 4 April 2027",
        "1 ballot was invalid: A project can be chosen once.",
        "What auditors need",
        "Common Purse",
        "For the council: name, date, signature",
        "Page 2 of",
    ):
        assert part in text, part


def test_it_tells_what_the_committee_decided_and_why(content) -> None:
    text = words_of(content)
    assert "The roof cannot carry it." in text
    assert "Say where it would stand." not in text, "only the last decision counts"


def test_what_is_attached_is_what_the_site_publishes(content, client) -> None:
    attached = pypdf.PdfReader(BytesIO(content)).attachments
    assert set(attached) == {"riverside-results.json", "riverside-ballots.pb"}
    assert json.loads(attached["riverside-results.json"][0])["winners"] == ["2", "1"]
    assert attached["riverside-ballots.pb"][0] == client.get("/2027/riverside/results/ballots.pb").content


@pytest.mark.long
def test_it_names_the_day_of_the_ages(counted, cycle, register, at, monkeypatch) -> None:
    moment = at("results")
    register("18-29", 90)
    register("65+", 90)
    monkeypatch.setattr(
        turnout, "voters_by_age", lambda contests: {one.pk: {"18-29": 20, "65+": 21} for one in contests}
    )
    RegisterImport.objects.create(cycle=cycle, at=moment, confirmed_at=moment, ages_on=date(2027, 4, 4))
    content = council_report(cycle, counted.contest, language="en", at=moment)
    assert "Ages are those of 4 April 2027." in words_of(content)


@pytest.mark.long
def test_a_small_district_gives_no_number_away(counted, hillside_counted, cycle, hillside_contest, at) -> None:
    at("results")
    content = council_report(cycle, hillside_contest, language="en", at=at("results"))
    assert not pypdf.PdfReader(BytesIO(content)).attachments
    text = words_of(content)
    assert "Too few ballots were counted here" in text
    assert "Votes" not in text
    assert "in round" not in text


@pytest.mark.long
def test_a_title_full_of_markup_is_only_text(counted, cycle, at, monkeypatch, tmp_path) -> None:
    """Whoever writes a proposal may try to make the report read a file of the server."""
    canary = tmp_path / "canary.txt"
    canary.write_text("canary-in-the-mine")
    lure = f'<link rel=attachment href="{canary.as_uri()}"><img src="{canary.as_uri()}"><b>Bees</b>'
    monkeypatch.setattr("results.result.ProjectResult.title", property(lambda line: lure))
    content = council_report(cycle, None, language="en", at=at("results"))
    assert "<b>Bees</b>" in words_of(content)
    assert "canary.txt" not in pypdf.PdfReader(BytesIO(content)).attachments


@pytest.mark.long
def test_v14_c11_a_report_of_an_incomplete_cycle_says_so_on_its_first_page(
    counted, hillside_contest, city_wide_contest, cycle, at
) -> None:
    put_on_paper(hillside_contest)
    pages = pypdf.PdfReader(BytesIO(council_report(cycle, None, language="en", at=at("results")))).pages
    text = " ".join(pages[0].extract_text().split())
    assert "This is not the whole result: 2 contests are missing." in text
    assert "Hillside, €150,000: Its ballots have not been counted yet." in text
    assert "The whole city, €400,000: It has no ballot paper, so nobody has voted on it." in text
    assert "So far: 2 projects are funded with €210,000 of €250,000; €40,000 is left." in text
    assert "Together, so far" in text


@pytest.mark.long
def test_each_moment_is_printed_as_the_clocks_of_that_day_showed_it(counted, cycle, at, settings) -> None:
    """Made in winter, of a vote in summer; the calendar begins in the winter before."""
    settings.TIME_ZONE = "Europe/Brussels"
    with timezone.override("Europe/Brussels"):
        winter = datetime(2027, 12, 1, 10, tzinfo=UTC)
        text = words_of(council_report(cycle, counted.contest, language="en", at=winter))
    assert "Voting 4 April 2027, 10:00 (UTC+2)" in text
    assert "Proposing 4 January 2027, 09:00 (UTC+1)" in text
    assert "This report made 1 December 2027, 11:00 (UTC+1)" in text
    counted_at = timezone.localtime(counted.at, ZoneInfo("Europe/Brussels"))
    assert f"Counted {date_format(counted_at, 'j F Y, H:i')} (UTC+2)" in text
    assert "Times on the clocks of Europe/Brussels, each with its distance from UTC." in text


@pytest.mark.long
@pytest.mark.parametrize(("later", "told"), [(0, "Counted 2 May 2027, 12:00 (UTC+2)"), (3600, "(UTC+2): Hillside")])
def test_counts_are_listed_by_the_minute_and_what_follows_stands_in_its_column(
    counted, hillside_counted, cycle, at, monkeypatch, later: int, told: str
) -> None:
    def at_other_moments(*of: object) -> list[Result]:
        found = results_of(*of)
        for result in found:
            seconds = 7 if result.contest == counted.contest else 9 + later
            result.count.at = datetime(2027, 5, 2, 10, tzinfo=UTC) + timedelta(seconds=seconds)
        return found

    monkeypatch.setattr("results.council_report.results_of", at_other_moments)
    text = words_of(council_report(cycle, None, language="en", at=at("results")))
    assert f"{told} Software Common Purse" in text


# Asking for it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PDF, REPORT, RIVERSIDE_REPORT, "/2027/riverside/results.pdf"])
def test_nobody_gets_a_report_before_the_results_are_open(client, rosa, counted, at, address) -> None:
    at("counting")
    assert client.get(address).status_code == 404
    client.force_login(rosa)
    assert client.get(address).status_code == 404
    assert client.post(address).status_code in {404, 405}
    assert not Report.objects.exists()


def test_a_council_member_asks_for_it_waits_and_downloads_it(client, ines, counted, at) -> None:
    at("counting")
    client.force_login(ines)
    assert client.get(PDF).url == REPORT
    assert "Make the report" in client.get(REPORT).content.decode()
    client.post(REPORT)
    waiting = client.get(REPORT).content.decode()
    assert "The report is being made." in waiting
    assert f'href="{REPORT}"' in waiting, "without JavaScript there is a link to look again"
    work()
    assert "Open the report (PDF)" in client.get(REPORT).content.decode()
    answer = client.get(PDF)
    assert answer["Content-Type"] == "application/pdf"
    assert "results-2027.pdf" in answer["Content-Disposition"]
    assert body(answer).startswith(b"%PDF-1.7")


def test_v14_who_asks_for_the_report_is_told_what_it_will_lack(
    client, ines, counted, hillside_contest, at, drawn_in_no_time
) -> None:
    at("results")
    client.force_login(ines)
    lacking = "This is not the whole result: 1 contest is missing."
    before = words_on(client.get(REPORT))
    assert lacking in before
    assert "Hillside, €150,000 : It has no ballot paper" in before
    assert before.index(lacking) < before.index("Make the report")
    assert lacking not in words_on(client.get(RIVERSIDE_REPORT)), "Riverside's own report lacks nothing"
    client.post(REPORT)
    work()
    assert lacking in words_on(client.get(REPORT))


def test_asking_twice_makes_one_report(client, ines, rosa, counted, at) -> None:
    at("results")
    client.post(REPORT)
    client.force_login(rosa)
    client.post(REPORT)
    assert DBTaskResult.objects.count() == Report.objects.count() == 1
    client.post(RIVERSIDE_REPORT)
    assert Report.objects.count() == 2, "the district's is another document"


def test_after_a_new_count_the_old_report_is_not_handed_out(client, ines, clara, counted, at, drawn_in_no_time) -> None:
    at("counting")
    client.force_login(ines)
    client.post(REPORT)
    work()
    assert body(client.get(PDF)).startswith(b"%PDF")
    counted.outcome["winners"] = ["6"]  # as a fault of ours would have left it
    with lifted("ballots_count", "only_grows"):
        counted.save()
    again = count_contest(counted.contest, by=clara, at=at("results"))
    assert again.outcome["winners"] == ["2", "1"]
    assert client.get(PDF).url == REPORT


def test_once_a_date_has_moved_the_report_with_the_old_one_is_not_handed_out(
    client, ines, clara, counted, cycle, at, drawn_in_no_time
) -> None:
    client.force_login(ines)
    at("counting")
    client.post(REPORT)
    work()
    assert body(client.get(PDF)).startswith(b"%PDF")
    moved = at("results")
    CalendarChange.objects.create(cycle=cycle, kind="moved", at=moved, reason="A court asks.", by=clara)
    assert client.get(PDF).url == REPORT
    client.post(REPORT)
    work()
    assert body(client.get(PDF)).startswith(b"%PDF")


def test_v17_counting_again_without_a_change_leaves_the_report_at_its_address(
    client, ines, clara, counted, at, drawn_in_no_time
) -> None:
    at("results")
    client.force_login(ines)
    client.post(REPORT)
    work()
    before = Count.objects.values().get(), Counted.objects.values().get(), AuditEvent.objects.count()
    awards = list(Award.objects.order_by("pk").values())
    assert count_contest(counted.contest, by=clara, at=at("results") + timedelta(days=1)) == counted
    assert (Count.objects.values().get(), Counted.objects.values().get(), AuditEvent.objects.count()) == before
    assert list(Award.objects.order_by("pk").values()) == awards
    assert body(client.get(PDF)).startswith(b"%PDF")


def test_a_report_that_fails_is_tried_again_and_then_says_so(client, ines, counted, at, monkeypatch) -> None:
    now = at("results")
    client.force_login(ines)

    def no_space(*args, **more) -> bytes:
        raise OSError("No space left on device")

    monkeypatch.setattr(tasks, "council_report", no_space)
    client.post(REPORT)
    for _attempt in range(jobs.ATTEMPTS):
        assert "The report is being made." in client.get(REPORT).content.decode()
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=LONG_AGO)
        work()
        DBTaskResult.objects.update(finished_at=now)
        jobs.try_again(now)
    assert "The report could not be made." in client.get(REPORT).content.decode()
    monkeypatch.setattr(tasks, "council_report", lambda *args, **more: b"%PDF-1.7 at last")
    client.post(REPORT)
    work()
    assert body(client.get(PDF)).startswith(b"%PDF")


# On the command line ------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_command_writes_the_report_of_a_district_in_french(counted, at, tmp_path) -> None:
    at("results")
    target = tmp_path / "rapport.pdf"
    call_command("report", "2027", output=target, contest="riverside", language="fr", verbosity=0)
    assert pypdf.PdfReader(target).trailer["/Root"]["/Lang"] == "fr"
    assert "210\u202f000\xa0€".replace("\u202f", " ").replace("\xa0", " ") in words_of(target.read_bytes())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["2027"], "Participatory budget 2027 has no results yet: its ballots have not been counted."),
        (["2031"], "There is no cycle 2031."),
        (["2027", "--district", "nowhere"], "There is no contest nowhere in the cycle 2027."),
    ],
)
def test_without_results_the_command_says_so_in_one_sentence(cycle, riverside_contest, arguments, sentence) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("report", *arguments)
    assert str(refused.value) == sentence
    assert refused.value.returncode == 1


def test_a_folder_that_cannot_be_written_is_named(counted, at, tmp_path, drawn_in_no_time) -> None:
    at("results")
    with pytest.raises(CommandError, match=r"nowhere/report\.pdf cannot be written: No such file or directory"):
        call_command("report", "2027", output=tmp_path / "nowhere" / "report.pdf")


# When its file is gone ------------------------------------------------------------------------------------------------


def test_a_report_whose_file_is_missing_is_said_to_be_and_made_again(
    client, ines, counted, at, drawn_in_no_time, settings
) -> None:
    """Made by a worker on another machine, or the database came back from a backup and the files did not."""
    at("counting")
    client.force_login(ines)
    client.post(REPORT)
    work()
    (first,) = Report.objects.all()
    first.file.storage.delete(first.file.name)
    assert client.get(PDF).url == REPORT
    page = client.get(REPORT).content.decode()
    assert "is missing: its file is not on this machine" in page
    assert "Make it again" in page
    assert "Open the report (PDF)" not in page
    assert "hx-get" not in page, "nothing is being made that one could wait for"
    client.post(REPORT)
    assert "The report is being made." in client.get(REPORT).content.decode()
    work()
    assert body(client.get(PDF)).startswith(b"%PDF")
    assert Report.objects.count() == 2
    client.post(REPORT)
    assert Report.objects.count() == 2, "it is there, so it is not made once more"
