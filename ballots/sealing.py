"""Sealing a ballot, and the key of the ballot box in shares. Standard parts only; docs/decisions tells why these.

HPKE (RFC 9180) with the hybrid of ML-KEM-768 and X25519 (X-Wing), so that a copy of the database stolen today stays
shut even if X25519 is broken one day. The private key is derived from a seed of 128 random bits. The seed is split by
Shamir's scheme the moment it is made and is never stored; k shares bring it back for as long as an opening takes.
"""

import hashlib
import secrets
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass, field

from Crypto.Protocol.SecretSharing import Shamir
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext as _
from mnemonic import Mnemonic

from lib.refusal import Refused
from lib.typed import in_fours

SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
OVERHEAD = KEM.MLKEM768_X25519.enc_length() + 16  # bytes an envelope is longer than what is in it
SEED = 16  # bytes
MLKEM_PUBLIC = 1184  # bytes of the public key that belong to ML-KEM-768; 32 of X25519 follow
WORDS = Mnemonic("english")


class CannotOpen(Exception):
    """The key does not fit, or the envelope was altered."""


class WrongShare(Refused):
    """A share is mistyped, given twice, or not one of this key; the message says which and is fit to be shown."""


@dataclass(frozen=True, slots=True, order=True)
class Share:
    """One share of a key: on paper its number and twelve words. The twelfth word holds a checksum."""

    number: int
    secret: bytes = field(repr=False)  # never in a traceback

    @property
    def words(self) -> str:
        return WORDS.to_mnemonic(self.secret)

    @classmethod
    def typed(cls, number: int, words: str) -> "Share":
        """The share a holder typed. Raises WrongShare, naming the word that is no word or saying the sum is wrong."""
        typed = words.lower().split()
        for word in typed:
            if word not in WORDS.wordlist:
                raise WrongShare(
                    _("Sheet %(number)d: “%(word)s” is not one of the words.") % {"number": number, "word": word}
                )
        if len(typed) != 12:
            raise WrongShare(
                _("Sheet %(number)d: there are twelve words, you typed %(typed)d.")
                % {"number": number, "typed": len(typed)}
            )
        if not WORDS.check(" ".join(typed)):
            raise WrongShare(_("Sheet %d: a word is not the one on the sheet, or two are swapped.") % number)
        return cls(number, bytes(WORDS.to_entropy(" ".join(typed))))

    def commitment(self, public_key: bytes) -> str:
        """A hash that tells this share from any other, and tells nothing about it: it hides 128 random bits."""
        return hashlib.sha256(b"pb-share/v1" + public_key + self.number.to_bytes(1, "big") + self.secret).hexdigest()


class PrivateKey:
    """What opens the envelopes. Lives in memory only, for as long as an opening takes."""

    def __init__(self, seed: bytes) -> None:
        """`seed`: 16 random bytes. From them HKDF draws the 32 bytes X-Wing expands into its two private keys."""
        xwing = HKDF(hashes.SHA256(), 32, salt=None, info=b"pb-box-key/v1").derive(seed)
        expanded = hashlib.shake_256(xwing).digest(96)
        lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        self._key = MLKEM768X25519PrivateKey(lattice, curve)
        self.public_key = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """What is in the envelope. Raises CannotOpen if a single bit differs, or it was sealed for something else."""
        try:
            return SUITE.decrypt(sealed, self._key, info)
        except InvalidTag:
            raise CannotOpen from None


def seal(plain: bytes, public_key: bytes, info: bytes) -> bytes:
    """An envelope, `OVERHEAD` bytes longer than `plain`, that only the private key and the same `info` open."""
    lattice = mlkem.MLKEM768PublicKey.from_public_bytes(public_key[:MLKEM_PUBLIC])
    curve = x25519.X25519PublicKey.from_public_bytes(public_key[MLKEM_PUBLIC:])
    return SUITE.encrypt(plain, MLKEM768X25519PublicKey(lattice, curve), info)


def ballot_info(cycle: str, contest: str, digest: str) -> bytes:
    """What a ballot's envelope is bound to: it opens for no other cycle, contest (by their addresses) or paper."""
    return f"pb-ballot/v1|{cycle}|{contest}|{digest}".encode()


def fingerprint(sealed: bytes) -> str:
    """The first 160 bits of the envelope's SHA-256, in base32: 32 characters, eight groups of four."""
    return b32encode(hashlib.sha256(sealed).digest()[:20]).decode()


def in_groups(fingerprint: str) -> str:
    """K7QF 2MXA …, to be read aloud."""
    return " ".join(in_fours(fingerprint))


def make_key(threshold: int, shares: int) -> tuple[bytes, list[Share]]:
    """A new public key, and its private key in shares of which `threshold` bring it back."""
    seed = secrets.token_bytes(SEED)
    split = [Share(number, secret) for number, secret in Shamir.split(threshold, shares, seed)]
    return PrivateKey(seed).public_key, split


def bring_together(shares: Iterable[Share], threshold: int, public_key: bytes) -> PrivateKey:
    """The private key from `threshold` shares or more. Raises WrongShare if they are too few or not this key's."""
    ordered = sorted(shares)
    if len({share.number for share in ordered}) < len(ordered):
        raise WrongShare(_("The same sheet was given twice."))
    if len(ordered) < threshold:
        raise WrongShare(
            _("%(needed)d sheets are needed, %(given)d given.") % {"needed": threshold, "given": len(ordered)}
        )
    pairs = [(share.number, share.secret) for share in ordered[:threshold]]
    key = PrivateKey(Shamir.combine(pairs))
    if key.public_key != public_key:
        raise WrongShare(_("These sheets do not make the key of this box."))
    return key
