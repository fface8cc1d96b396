"""Holders open the exported box on a computer of their own, with docs/verify/open_box.py (T-29, V8)."""

import base64
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from ballots import chain, marks
from ballots.counting import count_contest
from ballots.opening import export, open_box
from ballots.sealing import WORDS, Share, make_key
from results import downloads
from results.result import results_of
from tests.cast import OPEN_BOX
from tests.keeping import kept
from tests.verifier import open_box as program
from tests.vote import cast

BALLOTS = [{1: 1}, {1: 1, 4: 1}, {}, {1: 1}, {2: 1, 4: 1}, {4: 1}, {1: 1, 4: 1}, {4: 1}, {4: 1}, {}, {6: 1}, {4: 1}]


@kept
@override_settings(ANONYMOUS_BALLOTS_FROM=3)
def files(voting, neighbours, riverside_contest, cycle, shares, clara_and_otto, at) -> dict[str, str]:
    """The exported box, the board's list and the published ballots."""
    for user, choices in zip(neighbours, BALLOTS, strict=True):
        cast(riverside_contest, choices, by=user)
    moment = at("counting")
    open_box(cycle, shares[1:], by=clara_and_otto.first, at=moment)
    count_contest(riverside_contest, by=clara_and_otto.first, at=moment)
    [result] = results_of(cycle)
    listed = chain.list_of(chain.in_force(riverside_contest.batches.all()))
    return {"box.json": export(riverside_contest), "list.txt": listed, "ballots.csv": downloads.ballots_csv(result)}


Opened = tuple[int, str, str]


@pytest.fixture
def opened(files, shares, tmp_path, monkeypatch, capsys) -> Callable[..., Opened]:
    """Open the box with these files changed, typing these sheets: exit status, what is shown and what is wrong."""

    def run(changed: dict[str, str] | None = None, typed: list[tuple[object, str]] | None = None) -> Opened:
        for name, text in (files | (changed or {})).items():
            (tmp_path / name).write_text(text, "utf-8")
        sheets = [(share.number, share.words) for share in shares[1:]] if typed is None else typed
        numbers: Iterator[str] = iter([str(number) for number, _ in sheets])
        words = iter([words for _, words in sheets])
        monkeypatch.setattr("builtins.input", lambda _asked: next(numbers))
        monkeypatch.setattr("getpass.getpass", lambda _asked: next(words))
        try:
            status = program.main([str(tmp_path / name) for name in files])
        except program.CannotTell as wrong:
            return 2, "", str(wrong)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_it_finds_what_the_city_found(opened) -> None:
    status, out, err = opened()
    assert (status, err) == (0, "")
    told = dict(line.split(maxsplit=1)[::-1] for line in re.findall(r" *\d+  (?:\(|\d).*", out))
    cast = Counter(marks.as_text(choices) or "(blank)" for choices in BALLOTS)
    assert told == {content: str(number) for content, number in cast.items()}


def box_with(files: dict[str, str], change: Callable[[dict], None]) -> dict[str, str]:
    box = json.loads(files["box.json"])
    change(box)
    return {"box.json": json.dumps(box)}


def doubled(box: dict) -> None:
    box["envelopes"].append(box["envelopes"][0])


def altered(box: dict) -> None:
    raw = bytearray(base64.b64decode(box["envelopes"][0]["sealed"]))
    raw[-1] ^= 1
    box["envelopes"][0]["sealed"] = base64.b64encode(bytes(raw)).decode()


def of_another_paper(box: dict) -> None:
    box["manifest"] = box["manifest"].replace("Playground", "Car park")


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("duplicate", doubled),
        ("omission", lambda box: box["envelopes"].pop()),
        ("exchange", altered),
        ("paper", of_another_paper),
        ("set aside", lambda box: box.update(set_aside=[box["envelopes"][0]["fingerprint"]])),
    ],
)
def test_v8_a_bent_box_is_named_before_any_sheet_is_asked_for(files, opened, kind, change) -> None:
    status, _out, err = opened(box_with(files, change), typed=[])
    assert status == 1
    assert f"FRAUD ({kind}): " in err


def test_v8_envelopes_that_do_not_open_are_not_well(files, opened) -> None:
    def bound_to_another(box: dict) -> None:
        of_another_paper(box)
        box["info"] = f"pb-ballot/v1|2027|riverside|{program.Paper(box['manifest']).digest}"

    status, out, err = opened(box_with(files, bound_to_another))
    assert status == 1
    assert "12  invalid: does not open" in out
    assert "FRAUD (exchange): 12 envelopes were not sealed for this box and paper." in err


def test_v8_other_ballots_than_were_published_are_named(files, opened) -> None:
    assert "4,4:1" in files["ballots.csv"]
    status, _out, err = opened(
        {"ballots.csv": files["ballots.csv"].replace("4,4:1", "3,4:1").replace("1,6:1", "2,6:1")}
    )
    assert status == 1
    assert "FRAUD (ballots): the box has 1 that are not among the published ballots, and lacks 1." in err


def test_a_ballot_against_the_rules_of_the_paper_is_invalid(files) -> None:
    paper = program.Paper(json.loads(files["box.json"])["manifest"])
    plain = marks.encode({1: 2}, len(paper.lines))
    assert program.read(plain, paper) == "invalid: a project chosen twice"
    assert program.read(plain[:-1], paper) == "invalid: no ballot of this contest"


def test_t29_a_mistyped_word_is_asked_for_again_and_never_shown(opened, shares) -> None:
    first, second = shares[1:]
    words = first.words.split()
    turned = (" ".join([*words[place:], *words[:place]]) for place in range(1, 12))
    swapped = next(each for each in turned if not WORDS.check(each))  # one in sixteen has the right sum all the same
    typed = [
        (first.number, first.words.replace(first.words.split()[0], "zzyzx")),
        (first.number, swapped),
        (first.number, first.words.rpartition(" ")[0]),
        (first.number, ""),
        (first.number, first.words.upper()),
        (second.number, second.words),
    ]
    status, out, err = opened(typed=typed)
    assert (status, err) == (0, "")
    assert out.count("Those are not the twelve words of a sheet") == 4
    ours = re.sub(r"Those are not .*\n", "", out)
    assert not [word for word in (*words, *second.words.split(), "zzyzx") if re.search(rf"\b{word}\b", ours)]


@pytest.mark.parametrize("number", ["", "one", "-1", "0", "256", "abandon ability able"])
def test_t29_a_mistyped_number_is_asked_for_again_and_never_shown(shares, monkeypatch, number) -> None:
    words = {share.number: share.words for share in shares[1:]}
    asked = iter([number, *map(str, words), "no more"])
    given = iter(words.values())
    monkeypatch.setattr("builtins.input", lambda _asked: next(asked))
    monkeypatch.setattr("getpass.getpass", lambda _asked: next(given))
    assert len(program.ask_for_shares(2)) == 2


def test_t29_a_sheet_typed_twice_is_not_two(shares, monkeypatch, capsys) -> None:
    first, second = ((share.number, share.words) for share in shares[1:])
    asked = iter([first[0], first[0], second[0]])
    given = iter([first[1], second[1]])
    monkeypatch.setattr("builtins.input", lambda _asked: str(next(asked)))
    monkeypatch.setattr("getpass.getpass", lambda _asked: next(given))
    assert len(program.ask_for_shares(2)) == 2
    assert "typed already" in capsys.readouterr().out


def test_t29_sheets_of_another_key_open_nothing(opened, shares) -> None:
    others: list[Share] = make_key(2, 3)[1]
    status, _out, err = opened(typed=[(share.number, share.words) for share in others[:2]])
    assert (status, err) == (2, "These sheets do not open this box.")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"manifest": 1}'])
def test_a_broken_file_gives_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "box.json").write_text(text)
    done = subprocess.run([sys.executable, OPEN_BOX, tmp_path / "box.json"], capture_output=True, text=True)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_what_is_broken_off_gives_one_line(tmp_path: Path, files: dict[str, str]) -> None:
    (tmp_path / "box.json").write_text(files["box.json"])
    program = [sys.executable, "-W", "ignore", OPEN_BOX, tmp_path / "box.json"]
    done = subprocess.run(program, input="2\n", capture_output=True, text=True, start_new_session=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("Broken off.")
    assert "Traceback" not in done.stderr
