"""Somebody outside the city checks a vote from the paper to the result (T-30, V8): each fraud is planted by itself."""

import base64
import csv
import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from audit.chain import chained
from ballots import board, draws, paper
from ballots.counting import count_contest
from ballots.models import BallotPaper, BoardBatch, Verdict
from ballots.opening import open_box
from budgeting.models import Contest, Draw
from results import examining
from results.result import results_of
from tests.cast import FIRST_DAY, propose, signed_in
from tests.databases import lifted, refused_by_the_database
from tests.keeping import kept
from tests.papers import words_on
from tests.published import Files, published, rechained, with_lines
from tests.told import Told, text_of
from tests.verifier import cast_ballots, counting, frozen_paper, looked_at, reasons, verify
from tests.vote import cast

SEED = "3 9 11"
COSTS = (100_000_00, 100_000_00, 100_000_00, 45_000_00, 30_000_00, 15_000_00)
ALL_THREE = {1: 1, 2: 1, 3: 1}
BALLOTS = [*[ALL_THREE] * 6, {4: 1}, {4: 1}, {}, {}, {6: 1}, {6: 1}]
NEW, OTHER = "A" * 32, "B" * 32
ONCE: Files = {}  # one vote for all tests of this file: it is only read


@kept
def riverside_paper(riverside_contest: Contest, cycle, clara, at) -> BallotPaper:
    """Drawn by lot, with a draw for ties announced before."""
    draw = Draw(cycle=cycle, use="ties", what="The lottery of 4 June", drawn_by="The lottery")
    draw.takes_place = at("counting") - timedelta(hours=1)
    draws.announce(draw, by=clara, at=FIRST_DAY)
    lines = paper.in_order(propose(riverside_contest, COSTS), "the lot of the numbers")
    return paper.write(riverside_contest, lines, by=None, at=FIRST_DAY, seed="the lot of the numbers")


@pytest.fixture
def vote(voting, neighbours, riverside_contest, cycle, shares, clara_and_otto, at, settings) -> Files:
    """Twelve people vote; one again before the first batch, another after it. A lot decides which of three loses."""
    settings.ANONYMOUS_BALLOTS_FROM = 3
    cast(riverside_contest, {5: 1}, by=neighbours[0])
    for user, choices in zip(neighbours[:11], BALLOTS, strict=False):
        cast(riverside_contest, choices, by=user)
    assert board.publish(riverside_contest)
    cast(riverside_contest, BALLOTS[11], by=neighbours[11])
    cast(riverside_contest, BALLOTS[1], by=neighbours[1])
    moment = at("counting")
    draws.enter(Draw.objects.get(), seed=SEED, source="The lottery's page", by=clara_and_otto, at=moment)
    open_box(cycle, shares[1:], by=clara_and_otto.first, at=moment)
    count_contest(riverside_contest, by=clara_and_otto.first, at=moment)
    at("results")
    [result] = results_of(cycle)
    log = b"".join(signed_in(clara_and_otto.second).get("/audit/log.csv").streaming_content)
    return published(riverside_contest, result) | {"audit-log.csv": log.decode()}


@pytest.fixture
def files(request) -> Files:
    if not ONCE:
        ONCE.update(request.getfixturevalue("vote"))
    return dict(ONCE)


@pytest.fixture
def folder(tmp_path: Path, files: Files) -> Path:
    return put(tmp_path / "published", files)


def put(folder: Path, files: Files) -> Path:
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.mark.django_db
def test_what_is_published_as_it_is_agrees(folder, capsys) -> None:
    assert verify.main([str(folder), "--seed", SEED]) == 0
    said = capsys.readouterr().out
    assert "2 batches of the board, 12 envelopes in the box" in said
    assert "as many ballots (12, 0 of them invalid) as envelopes on the board" in said
    assert said.endswith("All that was checked agrees.\n")


@pytest.mark.django_db
def test_the_published_draw_says_what_was_drawn(tmp_path, files, folder) -> None:
    """Who saw the draw says it all the same, and holds the city to it; without either the lot is asked about."""
    found = looked_at(folder)
    assert (found.frauds, found.exit_status) == ([], 0)
    assert any(SEED in note and "The lottery's page" in note for note in found.notes)
    assert looked_at(folder, "--seed", "3 9 12").kinds == {"seed"}
    agreed = alone("draws.json", SEED, "3 9 12")(alone("results.json", SEED, "3 9 12")(files))
    assert looked_at(put(tmp_path / "agreed", agreed), "--seed", SEED).kinds >= {"seed"}, "the city drew another"
    without = put(tmp_path / "without", {name: text for name, text in files.items() if name != "draws.json"})
    assert any("--seed" in each for each in looked_at(without).unchecked)


@pytest.mark.django_db
def test_a_vote_rechained_without_a_change_is_what_it_was(files) -> None:
    """Else the frauds below would be found for another reason than the one they are there for."""
    assert rechained(files) == files


# Each fraud by itself ------------------------------------------------------------------------------------------------

Bend = Callable[[Files], Files]


def batch(number: int, change: Callable[[str], str], counts: bool = True) -> Bend:
    """Alter a batch, and all that follows from it."""
    return lambda files: rechained(files | {f"{number}.txt": change(files[f"{number}.txt"])}, counts)


def said(number: int, old: str, new: str) -> Bend:
    def change(text: str) -> str:
        assert re.search(old, text), old
        return re.sub(old, new, text)

    return batch(number, change, counts=False)


def alone(name: str, old: str, new: str) -> Bend:
    """Alter one file, and nothing else."""

    def bend(files: Files) -> Files:
        changed = re.sub(old, new, files[name], count=1)
        assert changed != files[name], old
        return files | {name: changed}

    return bend


def adds(number: int, *lines: str) -> Bend:
    return batch(number, with_lines(lambda named: named.extend(lines)))


def exchanges(files: Files) -> Files:
    """Another envelope in the place of one from the first batch."""
    return adds(2, f"- {staying(files)}", f"+ {NEW}")(files)


def staying(files: Files) -> str:
    """An envelope of the first batch that no later ballot replaces."""
    return next(one for one in re.findall(r"(?m)^\+ (\S+)$", files["1.txt"]) if one in files["list.txt"])


def again(files: Files) -> Files:
    """What a later ballot replaced is back in the box."""
    replaced = re.findall(r"(?m)^- (\S+)$", files["2.txt"])[0]
    return rechained(files | {"3.txt": third(files, f"+ {replaced}\n")})


def third(files: Files, lines: str = "") -> str:
    """A batch after the final one."""
    head = re.sub(r"batch 2", "batch 3", files["2.txt"].split("final\n")[0])
    return re.sub(r"(?m)^log (\d+)", lambda found: f"log {int(found[1]) + 5}", head) + "final\n" + lines


def falls(files: Files) -> Files:
    """Two fewer are said to have voted, and two are gone."""

    def take_two(named: list[str]) -> None:
        del named[:2]

    made = batch(2, with_lines(take_two))(files)
    made = adds(2, f"x {staying(files)}")(made)
    return said(2, r"cast \d+ \d+", "cast 10 2")(made)


def in_box(change: Callable[[dict], None]) -> Bend:
    def bend(files: Files) -> Files:
        box = json.loads(files["box.json"])
        change(box)
        return files | {"box.json": json.dumps(box)}

    return bend


def sealed_anew(box: dict) -> None:
    raw = bytearray(base64.b64decode(box["envelopes"][0]["sealed"]))
    raw[-1] ^= 1
    box["envelopes"][0]["sealed"] = base64.b64encode(bytes(raw)).decode()


def of_another_paper(box: dict) -> None:
    box["manifest"] = box["manifest"].replace('"budget":25000000', '"budget":26000000')


def numbers_swapped(files: Files) -> Files:
    told = json.loads(files["paper.json"])
    first, second = told["lines"][:2]
    for name in ("proposal", "title"):
        first[name], second[name] = second[name], first[name]
    return rechained(files | {"paper.json": json.dumps(told)})


def a_ballot_more(files: Files) -> Files:
    """In the file of the ballots and in the result alike: the pair agrees with itself."""
    text = files["ballots.pb"].replace("num_votes;10", "num_votes;11") + "11;1\n"
    text = re.sub(r"(?m)^1;(\d+);6;", r"1;\1;7;", text)
    told = json.loads(files["results.json"])
    told["ballots"]["counted"] += 1
    told["totals"]["votes"]["1"] = told["totals"]["points"]["1"] = told["reasons"]["1"]["votes"] = 7
    told["statistics"]["ballots"] += 1
    told["statistics"]["with_a_win"] += 1
    told["statistics"]["wins"][1] += 1
    voted, frozen = cast_ballots.Published(text), frozen_paper.Paper(files["paper.json"])
    right = reasons.Reasons(counting.Count(frozen, frozen.rule, voted.ballots, seed=SEED))
    told |= {"reasons": right.of, "ties": right.ties}
    return files | {"ballots.pb": text, "results.json": json.dumps(told)}


def reverse(text: str) -> str:
    """The lines of the envelopes in the other direction."""
    lines = [line for line in text.splitlines() if line.startswith("+ ")]
    return text.replace("\n".join(lines), "\n".join(reversed(lines)))


def cut(log: str) -> str:
    """Up to the entry before the first batch."""
    return log[: re.search(r"\n\d+,[^\n]*,board published,", log).start() + 1]


def anew(log: str) -> str:
    """Whoever owns the tables changes the first entry and chains all others to it again."""
    rows = list(csv.DictReader(io.StringIO(log.removeprefix("\ufeff"))))
    rows[0]["object"] = "nobody"
    before = bytes(32)
    for row in rows:
        entry = {name: row[name] for name in ("at", "action", "object")}
        entry |= {"number": int(row["number"]), "actor": int(row["actor"]) if row["actor"] else None}
        row["previous_hash"], before = before.hex(), chained(before, entry | {"facts": json.loads(row["facts"])})
        row["hash"] = before.hex()
    made = io.StringIO()
    table = csv.DictWriter(made, rows[0])
    table.writeheader()
    table.writerows(rows)
    return made.getvalue()


FRAUDS: dict[str, tuple[str, Bend]] = {
    "a batch altered": ("chain", alone("1.txt", r"(?m)^\+ \S+$", f"+ {NEW}")),
    "the first batch follows another paper": ("chain", alone("paper.json", '"budget":25000000', '"budget":26000000')),
    "the last batch left out": ("board", lambda files: {k: v for k, v in files.items() if k != "2.txt"}),
    "an envelope put in by nobody": ("stuffing", adds(2, f"+ {NEW}")),
    "an envelope taken away": ("omission", batch(1, with_lines(lambda named: named.pop(0) and None))),
    "an envelope exchanged": ("exchange", exchanges),
    "an envelope that came and went, though nobody voted again": ("exchange", adds(2, f"~ {NEW}")),
    "what a ballot replaced left out": ("omission", batch(1, with_lines(lambda named: named.pop() and None))),
    "an envelope listed twice": (
        "duplicate",
        lambda files: adds(2, re.findall(r"(?m)^\+ \S+$", files["1.txt"])[0])(files),
    ),
    "an envelope twice in a batch": ("duplicate", adds(2, f"+ {NEW}", f"+ {NEW}")),
    "a replaced envelope back in the box": ("duplicate", again),
    "an envelope replaced that never was in the box": ("omission", adds(2, f"- {OTHER}")),
    "another number of envelopes": ("omission", said(1, r"in force \d+", "in force 99")),
    "another list of envelopes": ("omission", said(1, r"in force (\d+) \w+", rf"in force \1 {'0' * 64}")),
    "more said to have voted": ("omission", said(2, r"cast 12 2", "cast 13 2")),
    "more said to have voted again": ("omission", said(2, r"cast 12 2", "cast 12 3")),
    "fewer said to have voted than before": ("board", falls),
    "a batch after the final one": ("board", lambda files: rechained(files | {"3.txt": third(files)})),
    "no final batch": ("board", said(2, "final\n", "")),
    "a batch of another contest": ("board", said(2, "2027/riverside", "2027/hillside")),
    "a batch with another number": ("board", said(2, "batch 2", "batch 3")),
    "a batch of an earlier day": ("board", said(2, r"of 2027-\d\d-\d\d", "of 2027-01-01")),
    "a batch that no longer says what was cast": (
        "board",
        batch(2, lambda text: re.sub(r"cast .*\nlog .*\n", "", text).replace("board 2", "board 1")),
    ),
    "a log that has not grown": ("log", said(2, r"log \d+", "log 1")),
    "an order that tells who came first": ("board", batch(1, reverse)),
    "an entry of the log changed": ("log", alone("audit-log.csv", "board published", "board publishes")),
    "an entry of the log left out": ("log", alone("audit-log.csv", r"\r\n1,.*?\r\n", "\r\n")),
    "the log cut off before the board": ("log", lambda files: files | {"audit-log.csv": cut(files["audit-log.csv"])}),
    "a log that was written anew": ("log", lambda files: files | {"audit-log.csv": anew(files["audit-log.csv"])}),
    "the list lacks one": ("omission", alone("list.txt", r"^\S+\n", "")),
    "the list has one more": ("stuffing", alone("list.txt", r"^", f"{NEW}\n")),
    "the list has one twice": ("duplicate", alone("list.txt", r"^(\S+\n)", r"\1\1")),
    "the box lacks one": ("omission", in_box(lambda box: box["envelopes"].pop())),
    "the box has one twice": ("duplicate", in_box(lambda box: box["envelopes"].append(box["envelopes"][0]))),
    "the box counts what was set aside": (
        "set aside",
        in_box(lambda box: box.update(set_aside=[box["envelopes"][0]["fingerprint"]])),
    ),
    "the box sets aside what the board does not": ("set aside", in_box(lambda box: box.update(set_aside=[NEW]))),
    "an envelope of the box altered": ("exchange", in_box(sealed_anew)),
    "the box is of another paper": ("paper", in_box(of_another_paper)),
    "the box is bound to another paper": ("paper", in_box(lambda box: box.update(info="pb-ballot/v1|2027|x|y"))),
    "the numbers are not those of the lot": ("ballot numbers", numbers_swapped),
    "another root in the result": ("board", alone("results.json", r'"board_root": "\w+"', '"board_root": "0"')),
    "no root in the result": ("board", alone("results.json", r'"board_root": "\w+"', '"board_root": null')),
    "another paper in the result": ("paper", alone("results.json", r'"ballot_paper": "\w+"', '"ballot_paper": "0"')),
    "invalid ballots that nobody cast": (
        "stuffing",
        alone("results.json", r'"invalid": \[\]', '"invalid": [{"reason": "x", "ballots": 1}]'),
    ),
    "a ballot more in both files": ("stuffing", a_ballot_more),
    "another seed": ("seed", alone("results.json", SEED, "3 9 12")),
    "a loser said to have been nearer": ("reasons", alone("results.json", r'"cost_to_win": \d+', '"cost_to_win": 1')),
    "a sentence with other figures": ("reasons", alone("results.json", r'("why": "[^"]*in round )\d', r"\g<1>7")),
    "a tie said to be of no matter": ("ties", alone("results.json", '"decisive": true', '"decisive": false')),
    "another seed in the draws": ("seed", alone("draws.json", SEED, "3 9 12")),
    "no draw in the draws": ("draw", alone("draws.json", r"(?s)\{[^{}]*\}", "")),
    "a draw that the paper does not name": ("draw", alone("draws.json", "The lottery of 4 June", "A lottery")),
    "a draw that was announced late": ("draw", alone("draws.json", r'"announced_at": "\d+', '"announced_at": "2999')),
    "a draw that was entered early": ("draw", alone("draws.json", r'"entered_at": "\d+', '"entered_at": "2001')),
    "draws of another cycle": ("draw", alone("draws.json", '"cycle": "2027"', '"cycle": "2026"')),
    "another title": ("projects", alone("results.json", '"title": "Playground"', '"title": "Car park"')),
    "another cost": ("cost", alone("results.json", '"cost": 10000000', '"cost": 9000000')),
    "a loser said to be funded": ("funded", alone("results.json", '"funded": false', '"funded": true')),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", FRAUDS)
def test_t30_v8_each_fraud_is_named(tmp_path, files, name, capsys) -> None:
    kind, bend = FRAUDS[name]
    bent_files = bend(files)
    if bent_files["audit-log.csv"] == files["audit-log.csv"]:
        del bent_files["audit-log.csv"]  # strangers, who have none, find it too
    bent = put(tmp_path / "bent", bent_files)
    kinds = looked_at(bent, "--seed", SEED).kinds
    assert kind in kinds
    assert kinds == {kind} or name != "a ballot more in both files"
    assert verify.main([str(bent), "--seed", SEED]) == 1
    assert f"FRAUD ({kind}): " in capsys.readouterr().out


@pytest.mark.django_db
def test_another_paper_with_all_that_follows_is_found_by_who_noted_its_digest(tmp_path, files) -> None:
    digest = re.search(r'"ballot_paper": "(\w+)"', files["results.json"])[1]
    other = files["paper.json"].replace("A short summary of it.", "Another summary.", 1)
    bent = rechained(files | {"paper.json": other})
    bent["results.json"] = bent["results.json"].replace(digest, frozen_paper.Paper(other).digest)
    del bent["box.json"], bent["audit-log.csv"]
    folder = put(tmp_path / "bent", bent)
    assert looked_at(folder, "--seed", SEED).frauds == []
    assert looked_at(folder, "--seed", SEED, "--digest", digest).kinds == {"paper"}


@pytest.mark.django_db
def test_what_is_not_there_is_not_checked_and_said(tmp_path, files) -> None:
    for name, words in {
        "results.json": "the result",
        "ballots.pb": "the ballots",
        "list.txt": "list",
        "1.txt": "1",
    }.items():
        folder = put(tmp_path / "some", {each: text for each, text in files.items() if each != name})
        found = looked_at(folder, "--seed", SEED)
        assert (found.exit_status, found.frauds) == (2, [])
        assert words in " ".join(found.unchecked)


@pytest.mark.django_db
def test_the_end_of_the_log_that_came_by_mail_is_held_against_the_log(tmp_path, files) -> None:
    folder = put(tmp_path / "some", files)
    *_, last = csv.DictReader(io.StringIO(files["audit-log.csv"].removeprefix("\ufeff")))
    head = f"{last['number']}:{last['hash']}"
    assert looked_at(folder, "--seed", SEED, "--head", head).exit_status == 0
    later = f"{int(last['number']) + 1}:{last['hash']}"
    for other in (later, f"{last['number']}:{'0' * 64}"):
        assert looked_at(folder, "--seed", SEED, "--head", other).kinds == {"log"}
    assert looked_at(folder, "--seed", SEED, "--head", "4711").exit_status == 2


# What was seen before ------------------------------------------------------------------------------------------------


def first_batch_only(files: Files) -> Files:
    """As it was published in the middle of the vote."""
    fingerprints = re.findall(r"(?m)^\+ (\S+)$", files["1.txt"])
    kept = {name: files[name] for name in ("paper.json", "1.txt")}
    return kept | {"list.txt": "".join(f"{one}\n" for one in fingerprints)}


@pytest.fixture
def seen(tmp_path, folder) -> list[str]:
    """The options of an auditor who looked once the whole vote was there."""
    options = ["--seed", SEED, "--seen", str(tmp_path / "seen.json")]
    assert looked_at(folder, *options).exit_status == 0
    return options


@pytest.mark.django_db
def test_a_board_that_grows_is_what_it_was(tmp_path, files) -> None:
    options = ["--seed", SEED, "--seen", str(tmp_path / "seen.json")]
    early = looked_at(put(tmp_path / "site", first_batch_only(files)), *options)
    assert (early.frauds, early.exit_status) == ([], 2)
    assert looked_at(put(tmp_path / "site", files), *options).exit_status == 0


def with_another_first_batch(files: Files) -> Files:
    """Another envelope from the beginning: in itself the board is without a fault."""
    old = staying(files)
    made = adds(1, f"+ {NEW}")(batch(1, with_lines(lambda named: named.remove(f"+ {old}")))(files))
    return {name: text for name, text in made.items() if name not in ("box.json", "audit-log.csv")}


SINCE: dict[str, tuple[str, Bend]] = {
    "rolled back": ("rolled back", first_batch_only),
    "another board": ("fork", lambda files: with_another_first_batch(files)),
    "another end of the board": ("fork", said(2, r"of 2027-\d\d-\d\d", "of 2027-12-31")),
    "another log": ("fork", said(2, r"(log \d+) \w+", rf"\1 {'0' * 64}")),
    "another paper": ("fork", lambda files: rechained(alone("paper.json", "A short", "No")(files))),
    "another draw": ("fork", alone("draws.json", '"drawn_by": "The', '"drawn_by": "A')),
    "other ballots": ("fork", alone("ballots.pb", ";4\n", ";6\n")),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", SINCE)
def test_t30_what_is_no_longer_as_it_was_seen_is_named(tmp_path, files, seen, name) -> None:
    kind, bend = SINCE[name]
    kept = Path(seen[-1]).read_text()
    bent = put(tmp_path / "later", bend(files))
    for _ in range(2):
        assert kind in looked_at(bent, *seen).kinds
        assert Path(seen[-1]).read_text() == kept, "so that it is named again"


@pytest.mark.django_db
def test_two_who_were_shown_different_boards_find_it_with_one_file(tmp_path, files, seen) -> None:
    other = put(tmp_path / "shown to the other", with_another_first_batch(files))
    assert looked_at(other, "--seed", SEED).frauds == [], "nothing is wrong with either by itself"
    assert looked_at(other, *seen).kinds == {"fork"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"2027/riverside": 3}', '{"2027/riverside": {"roots": 3, "log": []}}']
)
def test_a_file_of_what_was_seen_that_is_broken_gives_a_line(tmp_path, folder, text, capsys) -> None:
    (tmp_path / "seen.json").write_text(text)
    assert verify.main([str(folder), "--seed", SEED, "--seen", str(tmp_path / "seen.json")]) in (1, 2)
    assert "Traceback" not in capsys.readouterr().err


# From the site itself ------------------------------------------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Nothing: the test is not about the server."""


@pytest.fixture
def site(tmp_path, files) -> Iterator[tuple[str, Callable[[Files], None]]]:
    """An address that serves what is published as our site does, and a way to publish something else there."""
    root = tmp_path / "site"

    def publish(them: Files) -> None:
        for name, text in them.items():
            inside = {"paper.json": "2027/riverside/ballot", "list.txt": "2027/board", "draws.json": "2027"}.get(
                name, "2027/board/riverside" if name.endswith(".txt") else "2027/riverside/results"
            )
            (root / inside).mkdir(parents=True, exist_ok=True)
            (root / inside / name.replace("list.txt", "riverside.txt")).write_text(text, "utf-8")

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=root)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/2027/riverside/", publish
        server.shutdown()
        thread.join()


@pytest.mark.django_db
def test_it_looks_again_until_the_result_is_there(site, files, monkeypatch, tmp_path, capsys) -> None:
    address, publish = site
    publish(first_batch_only(files))
    monkeypatch.setattr("time.sleep", lambda seconds: publish(files) if seconds == 300 else None)
    assert verify.main([address, "--poll", "5", "--seed", SEED, "--seen", str(tmp_path / "seen.json")]) == 0
    said = capsys.readouterr().out
    assert "1 batches of the board" in said
    assert "2 batches of the board" in said


@pytest.mark.django_db
def test_it_looks_again_until_a_board_is_forked(site, files, monkeypatch, tmp_path, capsys) -> None:
    address, publish = site
    publish(first_batch_only(files))
    forked = with_another_first_batch(files)
    monkeypatch.setattr("time.sleep", lambda seconds: publish(first_batch_only(forked)))
    assert verify.main([address, "--poll", "5", "--seed", SEED, "--seen", str(tmp_path / "seen.json")]) == 1
    assert "FRAUD (fork)" in capsys.readouterr().out


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:9/2027/riverside/", "https://votes.example", "/no/such/folder", ""]
)
def test_an_address_that_leads_nowhere_gives_a_line(where, capsys) -> None:
    assert verify.main([where]) == 2
    out = capsys.readouterr()
    assert "Traceback" not in out.out + out.err


# The city itself ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_city_runs_it_on_what_it_publishes(vote, riverside_contest, clara_and_otto, at, told: Told) -> None:
    """Whenever something has changed, and each day; what it says stays, and stands where clerks and auditors look. Of a
    fraud both hear once a day; before there is one, nobody hears anything."""
    moment = at("results")
    examining.look(moment)
    examining.look(moment + timedelta(hours=1))
    [verdict] = Verdict.objects.all()
    assert (verdict.exit, verdict.told[-1]) == (0, "All that was checked agrees.")
    examining.look(moment + timedelta(days=1))
    assert [each.exit for each in Verdict.objects.all()] == [0, 0]
    assert of_frauds(told(moment + timedelta(days=1))) == []
    for person, page in ((clara_and_otto.first, "/2027/box/"), (clara_and_otto.second, "/audit/")):
        words = words_on(signed_in(person).get(page))
        assert "All that was checked agrees." in words
        assert "That convinces nobody" in words
        assert "/docs/verify/verify.py http://testserver/2027/riverside/" in words
    assert "may only be added to" in refused_by_the_database("UPDATE ballots_verdict SET exit = 0")

    with lifted("ballots_boardbatch", "only_grows"):
        BoardBatch.objects.filter(number=1).update(envelopes=99)
    for hours in (48, 49, 72):
        examining.look(moment + timedelta(hours=hours))
    assert [each.exit for each in Verdict.objects.all()] == [0, 0, 1, 1]
    mails = of_frauds(told(moment + timedelta(hours=72)))
    assert sorted(mail["To"] for mail in mails) == sorted(2 * [each.email for each in clara_and_otto.people])
    assert "FRAUD (fork): batch 1" in text_of(mails[0])
    assert "What is published is not what it should be." in words_on(signed_in(clara_and_otto.second).get("/audit/"))


def of_frauds(mails: list[EmailMessage]) -> list[EmailMessage]:
    return [mail for mail in mails if "auditor’s program finds" in mail["Subject"]]


@pytest.mark.long
@pytest.mark.django_db
def test_what_takes_too_long_or_breaks_is_no_fraud(tmp_path, files, monkeypatch) -> None:
    for program, seconds in {"while True: pass": 1, "import time; time.sleep(0.3); bytearray(3 << 30)": 9}.items():
        (tmp_path / "slow.py").write_text(program)
        monkeypatch.setattr(examining, "PROGRAM", tmp_path / "slow.py")
        monkeypatch.setattr(examining, "SECONDS", seconds)
        said = examining.run(files, "", [])
        assert (said.exit, said.lines.splitlines()[-1]) == (2, examining.STOPPED)


@pytest.mark.django_db
def test_of_an_election_from_elsewhere_the_count_alone_is_checked(counted, at) -> None:
    examining.look(at("results"))
    [verdict] = Verdict.objects.all()
    assert verdict.exit == 2
    [unchecked] = [line for line in verdict.told if line.startswith("NOT CHECKED")]
    assert "from elsewhere" in unchecked
    assert "the count is checked, and nothing else" in unchecked
