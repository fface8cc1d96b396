#!/usr/bin/env python3
"""Open an exported ballot box again, on a computer of your own, without any of the city's software.

    python3 open_box.py box-2027-riverside.json [list-of-the-board.txt]

The file is what the desk of the box gives once it is open: the envelopes without names. The program asks for the
holders' sheets, opens every envelope, and prints how many ballots said the same, as the city's own opening does. With
the list from the board it first checks that the same envelopes are in both. It needs `cryptography` (50 or newer),
`pycryptodome` and `mnemonic`, and no network: unplug it first. It ends with 0 if all is well, 1 if something differs.
"""

import getpass
import hashlib
import json
import sys
from base64 import b32encode, b64decode
from collections import Counter

from Crypto.Protocol.SecretSharing import Shamir
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from mnemonic import Mnemonic

SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


def private_key(shares: list[tuple[int, bytes]], public_key: bytes) -> MLKEM768X25519PrivateKey:
    """Shares to seed, seed to the 32 bytes of an X-Wing key, and those to its two halves."""
    seed = Shamir.combine(shares)
    expanded = hashlib.shake_256(HKDF(hashes.SHA256(), 32, None, b"pb-box-key/v1").derive(seed)).digest(96)
    lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
    if lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw() != public_key:
        sys.exit("These sheets do not open this box.")
    return MLKEM768X25519PrivateKey(lattice, curve)


def read(plain: bytes, lines: int) -> str:
    """A version byte, 16 random bytes, two bytes of points for each line: "3:1 7:1"."""
    if len(plain) != 17 + 2 * lines or plain[0] != 1:
        return "invalid: no ballot of this contest"
    points = [int.from_bytes(plain[at : at + 2], "big") for at in range(17, len(plain), 2)]
    return " ".join(f"{number}:{point}" for number, point in enumerate(points, start=1) if point) or "(blank)"


def ask_for_shares(threshold: int) -> list[tuple[int, bytes]]:
    shares = []
    for _ in range(threshold):
        number = int(input("Number of the sheet: "))
        words = " ".join(getpass.getpass("Its twelve words (not shown): ").lower().split())
        shares.append((number, bytes(Mnemonic("english").to_entropy(words))))
    return shares


def open_box(box: dict, shares: list[tuple[int, bytes]]) -> Counter[str]:
    """How many ballots said what. The city also counts as invalid what breaks a rule of the ballot style."""
    manifest = json.loads(box["manifest"])
    key, found = private_key(shares, b64decode(box["public_key"])), Counter[str]()
    digest = hashlib.sha256(box["manifest"].encode()).hexdigest()
    info = f"pb-ballot/v1|{manifest['cycle']}|{manifest['contest']}|{digest}".encode()
    for envelope in box["envelopes"]:
        sealed = b64decode(envelope["sealed"])
        if b32encode(hashlib.sha256(sealed).digest()[:20]).decode() != envelope["fingerprint"]:
            sys.exit(f"The envelope {envelope['fingerprint']} is not what its fingerprint says.")
        try:
            found[read(SUITE.decrypt(sealed, key, info), len(manifest["lines"]))] += 1
        except InvalidTag:
            found["invalid: does not open"] += 1
    return found


def main(path: str, board: str = "") -> None:
    with open(path, encoding="utf-8") as file:
        box = json.load(file)
    counted, aside = {envelope["fingerprint"] for envelope in box["envelopes"]}, set(box.get("set_aside", []))
    if counted & aside:
        sys.exit("The box counts what was set aside.")
    if board:
        with open(board, encoding="utf-8") as file:
            listed = set(file.read().split())
        if listed != counted:
            sys.exit("The box and the board do not hold the same envelopes.")
    for content, count in sorted(open_box(box, ask_for_shares(box["threshold"])).items()):
        print(f"{count:>8}  {content}")
    if aside:
        print(f"{len(aside):>8}  set aside: in the box and not counted, as a batch of the board says (“x”)")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
