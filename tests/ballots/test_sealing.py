"""Sealing, and the key in shares."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots import sealing
from ballots.sealing import CannotOpen, PrivateKey, Share, WrongShare, bring_together, make_key, seal

INFO = sealing.ballot_info("2027", "riverside", "00" * 32)


def test_any_two_of_three_holders_open_an_envelope() -> None:
    public_key, shares = make_key(2, 3)
    sealed = seal(b"a ballot", public_key, INFO)
    for pair in combinations(shares, 2):
        assert bring_together(pair, 2, public_key).open(sealed, INFO) == b"a ballot"


def test_one_holder_alone_does_not_open_it() -> None:
    public_key, shares = make_key(2, 3)
    with pytest.raises(WrongShare, match="2 sheets are needed, 1 given"):
        bring_together(shares[:1], 2, public_key)
    assert PrivateKey(shares[0].secret).public_key != public_key


def test_an_envelope_cannot_be_replayed_into_another_contest() -> None:
    public_key, shares = make_key(2, 3)
    sealed = seal(b"a ballot", public_key, INFO)
    key = bring_together(shares, 2, public_key)
    for cycle, district, digest in [
        ("2028", "riverside", "00"),
        ("2027", "hillside", "00"),
        ("2027", "riverside", "01"),
    ]:
        with pytest.raises(CannotOpen):
            key.open(sealed, sealing.ballot_info(cycle, district, digest * 32))


def test_a_single_altered_bit_is_noticed() -> None:
    public_key, shares = make_key(2, 3)
    sealed = bytearray(seal(b"a ballot", public_key, INFO))
    key = bring_together(shares, 2, public_key)
    for place in (0, 600, 1119, 1120, len(sealed) - 1):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(CannotOpen):
            key.open(bytes(altered), INFO)


def test_the_overhead_is_what_the_database_expects() -> None:
    assert sealing.OVERHEAD == 1136
    assert len(seal(b"", make_key(2, 2)[0], INFO)) == sealing.OVERHEAD


def test_the_private_key_is_the_x_wing_key_of_its_seed() -> None:
    """A known answer, so that a later version still opens the boxes of this one."""
    assert sealing.hashlib.sha256(PrivateKey(bytes(range(16))).public_key).hexdigest() == KNOWN


KNOWN = "aa5bb6deaa0b90bfc77f1fe30df9425d78150ec8aba08f85c5dcfe6a1d570e04"


@given(st.binary(min_size=16, max_size=16), st.integers(1, 9))
def test_a_share_survives_being_printed_and_typed(secret: bytes, number: int) -> None:
    share = Share(number, secret)
    assert Share.typed(number, "  " + share.words.upper().replace(" ", "\n ")) == share


def test_a_mistyped_word_is_named() -> None:
    words = Share(1, bytes(16)).words.split()
    with pytest.raises(WrongShare, match="Sheet 1: “abandom”"):
        Share.typed(1, " ".join(["abandom", *words[1:]]))
    with pytest.raises(WrongShare, match="twelve words, you typed 11"):
        Share.typed(1, " ".join(words[1:]))
    with pytest.raises(WrongShare, match="Sheet 1: a word is not the one on the sheet"):
        Share.typed(1, " ".join(["zoo", *words[1:]]))


def test_the_shares_of_another_key_are_refused() -> None:
    public_key, _ = make_key(2, 3)
    _, others = make_key(2, 3)
    with pytest.raises(WrongShare, match="do not make the key"):
        bring_together(others, 2, public_key)


def test_the_same_share_twice_does_not_count_as_two() -> None:
    public_key, shares = make_key(2, 3)
    with pytest.raises(WrongShare, match="same sheet"):
        bring_together([shares[0], shares[0]], 2, public_key)
