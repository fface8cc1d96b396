"""The codes letters carry: easy to copy by hand, impossible to guess."""

import secrets

from lib.typed import in_fours, letters_and_digits
from residents.digests import letter_digest

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing that looks like something else
CHARACTERS = 16  # of 5 bits each: 80 bits
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """80 bits from the operating system's source of randomness, in groups of four."""
    return _grouped(_random(CHARACTERS))


def new_reference() -> str:
    """What a letter is called when it is talked about; not a secret."""
    return _grouped(_random(8))


def code_digest(text: str) -> bytes:
    """32 bytes: what is stored of a code, however it was typed (small letters, blanks, dashes, O for 0)."""
    return letter_digest(normalised(text))


def normalised(text: str) -> str:
    """A code as it was made, however it was typed, without the dashes. Empty if it cannot be one."""
    code = letters_and_digits(text, LOOKALIKES)
    return code if len(code) == CHARACTERS and set(code) <= set(ALPHABET) else ""


def _random(characters: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(characters))


def _grouped(code: str) -> str:
    return "-".join(in_fours(code))
