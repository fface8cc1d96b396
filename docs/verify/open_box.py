#!/usr/bin/env python3
"""Open an exported ballot box again, on a computer of your own, without any of the city's software.

    python3 open_box.py box-2027-riverside.json [list-of-the-board.txt] [ballots.csv]

The box is what its desk gives once it is open: the envelopes without names. The program asks for the holders' sheets,
opens every envelope, and prints how many ballots said the same, as the city's own opening does. With the list from the
board it first checks that the same envelopes are in both, and with the published `ballots.csv` that the same came out.
It needs `cryptography` (50 or newer), `pycryptodome` and `mnemonic`, the modules beside it, and no network: unplug it
first. It ends with 0 if all is well, 1 if something differs, and 2 if it could not go on. What is typed is never shown.
"""

from __future__ import annotations

import csv
import getpass
import hashlib
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # wherever it is called from, its modules are beside it

from board_chain import compare
from box_file import Box
from Crypto.Protocol.SecretSharing import Shamir
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from findings import CannotTell, Findings
from frozen_paper import Paper
from mnemonic import Mnemonic
from sources import read_file

SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
DOES_NOT_OPEN = "invalid: does not open"


def private_key(shares: list[tuple[int, bytes]], public_key: bytes) -> MLKEM768X25519PrivateKey:
    """Shares to seed, seed to the 32 bytes of an X-Wing key, and those to its two halves."""
    seed = Shamir.combine(shares)
    expanded = hashlib.shake_256(HKDF(hashes.SHA256(), 32, None, b"pb-box-key/v1").derive(seed)).digest(96)
    lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
    if lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw() != public_key:
        raise CannotTell("These sheets do not open this box.")
    return MLKEM768X25519PrivateKey(lattice, curve)


def read(plain: bytes, paper: Paper) -> str:
    """A version byte, 16 random bytes, two bytes of points for each line: "3:1 7:1"."""
    if len(plain) != 17 + 2 * len(paper.lines) or plain[0] != 1:
        return "invalid: no ballot of this contest"
    points = [int.from_bytes(plain[at : at + 2], "big") for at in range(17, len(plain), 2)]
    given = {str(number): point for number, point in enumerate(points, start=1) if point}
    if fault := paper.faults(given):
        return f"invalid: {fault}"
    return " ".join(f"{number}:{point}" for number, point in given.items()) or "(blank)"


def ask_for_shares(threshold: int) -> list[tuple[int, bytes]]:
    """What is wrong with a sheet is said without any of its words, and asked again."""
    shares: dict[int, bytes] = {}
    while len(shares) < threshold:
        number = input("Number of the sheet: ").strip()
        if not number.isdecimal() or not 0 < int(number[:4]) < 256:
            print("That is no number of a sheet. Type the figure that stands on it.")
        elif int(number) in shares:
            print("That sheet has been typed already. Take another.")
        elif (share := share_of(getpass.getpass("Its twelve words (not shown): "))) is None:
            print("Those are not the twelve words of a sheet: one is mistyped or missing. Begin the sheet again.")
        else:
            shares[int(number)] = share
    return list(shares.items())


def share_of(words: str) -> bytes | None:
    """The share that the words of a sheet say; None if they say none. Twelve words carry their own check."""
    try:
        share = bytes(Mnemonic("english").to_entropy(" ".join(words.lower().split())))
    except (LookupError, ValueError):
        return None
    return share if len(share) == 16 else None


def open_envelopes(box: Box, paper: Paper, shares: list[tuple[int, bytes]]) -> Counter[str]:
    """How many ballots said what."""
    key, found = private_key(shares, box.public_key), Counter[str]()
    for _name, sealed in box.envelopes:
        try:
            found[read(SUITE.decrypt(sealed, key, box.info.encode()), paper)] += 1
        except (InvalidTag, ValueError):
            found[DOES_NOT_OPEN] += 1
    return found


def published_in(text: str) -> Counter[str]:
    """What the published file says: a line for all ballots that are equal."""
    try:
        rows = list(csv.DictReader(text.splitlines()))
        return Counter({row["choices"] or "(blank)": int(row["ballots"]) for row in rows})
    except (csv.Error, KeyError, TypeError, ValueError):
        raise CannotTell("The file of the ballots has not the columns “ballots” and “choices”.") from None


def main(files: list[str]) -> int:
    findings, box = Findings(), Box(read_file(files[0]))
    paper = box.check(findings)
    listed, ballots = (next((name for name in files[1:] if name.endswith(end)), None) for end in (".txt", ".csv"))
    expected = published_in(read_file(ballots)) if ballots else None
    if listed:
        compare(box.names, set(read_file(listed).split()), "the box", findings)
    if findings.frauds:
        return told(findings)
    found = open_envelopes(box, paper, ask_for_shares(box.threshold))
    for content, count in sorted(found.items()):
        print(f"{count:>8}  {content}")
    if box.aside:
        print(f"{len(box.aside):>8}  set aside: in the box and not counted, as a batch of the board says (“x”)")
    if found[DOES_NOT_OPEN]:
        findings.fraud("exchange", f"{found[DOES_NOT_OPEN]} envelopes were not sealed for this box and paper.")
    valid = Counter({content: count for content, count in found.items() if not content.startswith("invalid: ")})
    if expected is not None and valid != expected:
        more, fewer = valid - expected, expected - valid
        said = f"the box has {more.total()} that are not among the published ballots, and lacks {fewer.total()}"
        findings.fraud("ballots", f"{said}.")
    return told(findings)


def told(findings: Findings) -> int:
    for line in findings.lines()[:-1]:
        print(line, file=sys.stderr)
    return findings.exit_status


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3, 4):
        sys.exit(__doc__)
    try:
        status = main(sys.argv[1:])
    except CannotTell as wrong:
        print(f"Cannot go on: {wrong}", file=sys.stderr)
        status = 2
    except (KeyboardInterrupt, EOFError):
        print("Broken off.", file=sys.stderr)
        status = 2
    except Exception as wrong:  # a traceback could show a word of a sheet
        print(f"Cannot go on: {type(wrong).__name__}.", file=sys.stderr)
        status = 2
    sys.exit(status)
