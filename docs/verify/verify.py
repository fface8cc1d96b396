#!/usr/bin/env python3
"""Check a vote from its frozen paper to its published result, without any of the city's software.

    python3 verify.py https://votes.example/2027/riverside/
    python3 verify.py FOLDER

The address is that of a contest. The folder holds what the site publishes, as it was downloaded: the paper
(`paper.json`), the draws (`draws.json`), the batches of the board (`1.txt`, `2.txt` ...) and its list, the ballots
(`ballots.pb`), the result (`results.json`) and, for an auditor who has them, the box (`box-2027-riverside.json`) and
the log (`audit-log.csv`).

The program walks from the paper to the board, the box, the ballots and the result, and counts the ballots itself, in
fractions and from the descriptions in docs/counting.md alone. The rule, the budget and the currency are the paper's,
and the seed of a lot is what you saw drawn (`--seed`), or what the draws say; never what the result says of them. It
needs Python 3.10 or newer and nothing else, and was written to be read: begin here, then each module as it is named.

It names each fraud it finds and all that it could not check. It ends with 0 if all was checked and agrees, 1 if it
found a fraud, and 2 if it found none but could not check everything.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # wherever it is called from, its modules are beside it

from audit_log import Log
from board_chain import Board
from box_file import Box
from cast_ballots import Published
from drawn import Draws
from findings import CannotTell, Findings
from frozen_paper import Paper
from judged import Result
from seen import Seen
from sources import Folder, Site, read_file, source


def walk(where: Folder | Site, options: argparse.Namespace, seen: Seen, findings: Findings) -> bool:
    """From the paper to the result. Whether the vote is over and its result there."""
    text = where.read("paper")
    if text is None:
        raise CannotTell("There is no paper (paper.json): without it nothing else says what is right.")
    paper = Paper(text)
    paper.check(findings, options.digest)
    result, ballots = where.read("results"), where.read("ballots")
    told = Result(result) if result is not None else None
    board = _board(where, paper, seen, findings, from_elsewhere=told is not None and told.is_from_elsewhere)
    box = read_file(options.box) if options.box else where.read("box")
    if box is not None:
        Box(box).check_with(paper, board, findings)
    elif board.is_final:
        findings.notes.append("the box itself was not given (--box): only how many envelopes it holds was compared.")
    _log(where, board, options.head, findings)
    draws = _draws(where, paper, seen, findings)
    counted: tuple[str, list[str]] | None = None
    if told is None or ballots is None:
        findings.cannot(f"the {'result' if told is None else 'ballots'}: not published, or not there.")
    else:
        published = Published(ballots)
        published.check(paper, findings)
        given = {"seed": options.seed, "draws": draws, "withdrawn": options.withdrawn, "quick": options.quick}
        told.check(paper, published, findings, **given)
        counted = published.digest, told.winners
        seen.compare_ballots(paper, *counted, findings)
    if told is not None and board.batches:
        told.check_with(board, findings)
    if not findings.frauds:
        seen.keep(paper, board, *(counted or (None, None)), draws.all if draws else None)
    return board.is_final and told is not None


def _board(where: Folder | Site, paper: Paper, seen: Seen, findings: Findings, from_elsewhere: bool) -> Board:
    board = Board(where.batches())
    board.check(paper, findings)
    seen.compare_board(paper, board, findings)
    if from_elsewhere and board.batches:
        findings.fraud("board", "the ballots are said to be from elsewhere, and there is a board.")
    if from_elsewhere:
        told = "the ballots are from elsewhere, without a box or a board here: the count is checked, and nothing else"
        findings.cannot(f"how the ballots were cast: {told}.")
        return board
    if not board.batches:
        findings.cannot("the board: there are no batches, so nobody can check here how the ballots were cast.")
        return board
    listed = where.in_force()
    if listed is None:
        findings.cannot("the board's list of what is in the box.")
    else:
        board.holds(listed, "the board's list", findings)
    return board


def _draws(where: Folder | Site, paper: Paper, seen: Seen, findings: Findings) -> Draws | None:
    text = where.read("draws")
    if text is None:
        return None
    draws = Draws(text)
    draws.check(paper, findings)
    seen.compare_draws(paper, draws.all, findings)
    return draws


def _log(where: Folder | Site, board: Board, noted: str | None, findings: Findings) -> None:
    log = where.read("log")
    if log is not None:
        Log(log).check(board, noted, findings)
    elif noted is not None:
        findings.cannot("the end of the log that came by mail: the log (audit-log.csv) is not there.")


def look(where: Folder | Site, options: argparse.Namespace, seen: Seen) -> tuple[Findings, bool]:
    """Walk as far as it goes. What was found before something was not understood is told all the same."""
    findings, over = Findings(), False
    try:
        over = walk(where, options, seen, findings)
    except CannotTell as wrong:
        findings.cannot(str(wrong))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as wrong:
        findings.cannot(f"the rest: what is published is not understood ({type(wrong).__name__}).")
    return findings, over


def poll(where: Folder | Site, options: argparse.Namespace, seen: Seen) -> Findings:
    """Look again and again, until there is a fraud or the result."""
    while True:
        findings, over = look(where, options, seen)
        if findings.frauds or over:
            return findings
        print(f"{time.strftime('%Y-%m-%d %H:%M')} {'; '.join(findings.checked + findings.unchecked)}", flush=True)
        time.sleep(options.poll * 60)


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check a vote from its frozen paper to its published result.")
    add = parser.add_argument
    add("where", help="a folder with what was published, or the address of the contest")
    add("--digest", help="the digest of the paper, as you noted it when it was frozen")
    add("--head", metavar="N:HASH", help="an end of the audit log, as it came by mail, for an auditor who has the log")
    add("--seed", help="what was drawn in public to decide ties, if you saw it yourself")
    add("--withdrawn", action="append", default=[], metavar="N", help="project N was withdrawn after the paper")
    add("--quick", action="store_true", help="of an add-one count only the last step and the one after it")
    add("--box", metavar="FILE", help="the exported box, if you have it")
    add("--seen", metavar="FILE", help="a small file to keep what was seen in, to be compared with the next time")
    add("--poll", type=float, metavar="MINUTES", help="look again so often, until there is a fraud or the result")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = options_of(arguments)
    try:
        where, seen = source(options.where), Seen(options.seen)
    except CannotTell as wrong:
        print(f"Cannot tell: {wrong}")
        return 2
    try:
        findings = poll(where, options, seen) if options.poll else look(where, options, seen)[0]
    except KeyboardInterrupt:
        return 2
    print("\n".join(findings.lines()))
    return findings.exit_status


if __name__ == "__main__":
    sys.exit(main())
