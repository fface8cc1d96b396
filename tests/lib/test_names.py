"""One form of a name for every way of writing it, in any script (finding V22)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.names import forms, one_form

SAME = {
    "apostrophes": ["O'Brien", "O’Brien", "O‘Brien", "OʼBrien", "O´Brien", "O′Brien", "O`Brien", "O＇Brien", "OBrien"],
    "what is not seen": ["Rosa Lund", "Ro\u200bsa Lund", "Ro\u00adsa Lund", "\ufeffRosa\u200e Lund", "Rosa\u2060 Lund"],
    "capitals and accents": ["Célia Roy", "CELIA ROY", "Ce\u0301lia Roy", "celia roy"],
    "order and blanks": ["Ana Maria Roy", "Roy, Ana-Maria", "ROY  Ana\u00a0Maria", "Ana–Maria Roy", "Ana‑Maria Roy"],
    "letters with a mark inside": ["Łódź", "Lodz", "LODZ"],
    "Danish": ["Søren Østergård", "Soren Ostergard"],
    "Croatian": ["Đorđe", "Dorde"],
    "Turkish": ["Işık", "ISIK", "İsik", "ısık"],
    "German": ["Strauß", "Strauss", "STRAUẞ"],
    "Catalan": ["Paraŀlel", "Paral·lel", "Parallel"],
    "Dutch": ["Ĳsbrand", "IJsbrand", "ijsbrand"],
    "Icelandic": ["Þór", "Thor"],
    "Romanian, comma or cedilla": ["Ștefan Țepeș", "Ştefan Ţepeş", "Stefan Tepes"],
    "Vietnamese": ["Nguyễn Văn Đức", "Nguyen Van Duc", "NGUYỄN VĂN ĐỨC"],
    "Greek": ["Γιώργος", "ΓΙΩΡΓΟΣ", "γιωργος"],
    "Cyrillic": ["Фёдор", "Федор", "ФЁДОР"],
    "Hebrew with points": ["שָׁלוֹם", "שלום"],
    "Arabic with vowels, lengthened": ["مُحَمَّد", "محمد", "محـمد"],
    "Arabic and Persian keyboards": ["علی", "علي"],
    "full width": ["Ｒｏｓａ Lund", "Rosa Lund"],
    "ligatures": ["Soﬁa", "Sofia"],
}  # fmt: skip


@pytest.mark.parametrize("ways", SAME.values(), ids=SAME)
def test_v22_one_name_has_one_form_however_it_is_written(ways: list[str]) -> None:
    assert {one_form(way) for way in ways} == {one_form(ways[0])}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Nowak", "Anna Nowakowa"),
        ("Müller", "Mueller"),
        ("Amy Lund", "May Lund"),
        ("Rosa", "Роса"),
        ("कि", "का"),
        ("が", "か"),
        ("Jean Luc", "Jeanluc"),
    ],
)
def test_v22_two_names_stay_two(one: str, other: str) -> None:
    assert one_form(one) != one_form(other)
    assert not forms(one) & forms(other)


@pytest.mark.parametrize("on_register", ["O'Brien Seán", "Seán OBrien", "Sean O Brien", "O’Brien, Sean"])
@pytest.mark.parametrize("typed", ["Sean O'Brien", "Seán O‘Brien", "O’BRIEN Sean", "Sean O Brien"])
def test_v22_a_blank_may_stand_for_an_apostrophe_where_a_name_is_typed(on_register: str, typed: str) -> None:
    assert one_form(on_register) in forms(typed)


def test_v22_an_initial_is_no_apostrophe() -> None:
    assert one_form("Rosa M. Lund") == one_form("Lund, Rosa M")


@pytest.mark.parametrize("nothing", ["", " ", "-", "'’", "\u200b", "_"])
def test_v22_a_name_without_a_letter_is_none(nothing: str) -> None:
    assert one_form(nothing) == ""


@given(st.text())
def test_v22_the_form_of_a_form_is_itself(text: str) -> None:
    assert one_form(one_form(text)) == one_form(text)


@given(st.text(alphabet=st.characters(categories=["L", "M", "Cf", "Zs", "Pd", "Po", "Sk", "Lm"])))
def test_v22_nor_does_a_rare_sign_change_it(text: str) -> None:
    assert one_form(one_form(text)) == one_form(text)
