"""Reading a register's file, CSV or XLSX, a line at a time. The file is a stranger's: every size has a limit."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from lib import tables
from lib.tables import TableError

MOST_BYTES = 128 * 2**20
MOST_UNPACKED = 512 * 2**20  # of an XLSX, all its parts together
MOST_COLUMNS = 60
MOST_LINES = 2_000_000
MOST_CHARACTERS = 2_000  # of one cell

# Every name a column may go by in a register's language, without accents, blanks or marks.
COLUMNS = {
    "identifier": {
        *("identifier", "nationalnumber", "nationalid", "personalnumber", "residentid", "idnumber", "citizenid"),
        *("identifiant", "numeronational", "niss", "nrn", "numeroregistrenational"),
        *("rijksregisternummer", "insz", "bsn", "burgerservicenummer", "personalnummer", "identifikationsnummer"),
        *("steueridentifikationsnummer", "pesel", "dni", "nif", "documento", "codicefiscale"),
    },
    "name": {
        *("name", "fullname", "surname", "lastname", "familyname", "nom", "nomcomplet", "nometprenom", "nomdefamille"),
        *("naam", "achternaam", "familienaam", "nachname", "familienname", "namevorname", "vollername"),
        *("imieinazwisko", "nazwisko", "nombre", "nombrecompleto", "apellidos", "apellido", "nome", "nomecompleto"),
        *("cognome", "nomeecognome", "cognomeenome"),
    },
    "given_name": {
        *("givenname", "givennames", "firstname", "forename", "prenom", "prenoms", "voornaam", "voornamen"),
        *("vorname", "vornamen", "imie", "imiona", "nombredepila"),
    },
    "birth_date": {
        *(
            "birthdate",
            "dateofbirth",
            "birthday",
            "born",
            "dob",
            "datedenaissance",
            "datenaissance",
            "nele",
            "naissance",
        ),
        *("geboortedatum", "geburtsdatum", "geborenam", "dataurodzenia", "fechadenacimiento", "fechanacimiento"),
        *("datadinascita", "datanascita"),
    },
    "address": {"address", "street", "adresse", "rue", "adres", "straat", "strasse", "ulica", "direccion", "indirizzo"},
    "postcode": {
        *("postcode", "postalcode", "zip", "zipcode", "codepostal", "plz", "postleitzahl", "kodpocztowy"),
        *("codigopostal", "cap"),
    },
    "town": {
        *("town", "city", "municipality", "ville", "commune", "localite", "gemeente", "plaats", "ort", "stadt"),
        *("miasto", "miejscowosc", "ciudad", "municipio", "localidad", "comune", "citta"),
    },
    "district": {
        *("district", "quartier", "neighbourhood", "neighborhood", "ward", "borough", "arrondissement", "secteur"),
        *("wijk", "buurt", "stadtteil", "bezirk", "ortsteil", "stadtbezirk", "dzielnica", "osiedle", "barrio"),
        *("distrito", "quartiere", "circoscrizione", "municipiodistretto"),
    },
}
# What may be an identifier, or the number of a line or of a house: only where nothing says so more clearly.
PERHAPS = {"identifier": {"id", "number", "numero", "nummer", "nr", "no"}}
REQUIRED = ("identifier", "name", "birth_date", "district")

RegisterFileError = TableError


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a line is not taken. `reason` never repeats what stood there: it is kept, the file is not."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A line of the file; `number` is the one a text editor or spreadsheet shows; every column of COLUMNS is there."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Register:
    """A register's file whose header has been read.

    columns
        What was read, with the title it stands under.
    unread
        The titles of the columns that say nothing to this product.
    rows
        The lines below the header, once.
    """

    columns: dict[str, str]
    unread: list[str]
    rows: Iterator[RegisterRow | RowError]


def opened(file: IO[bytes]) -> Register:
    """A register's header, and its lines with the cells this product knows, stripped.

    Raises RegisterFileError for what is no register: too large, another format, no header, a column missing; for what
    only a later line shows, while the lines are read.
    """
    limits = tables.Limits(MOST_BYTES, MOST_UNPACKED, MOST_COLUMNS, MOST_CHARACTERS)
    rows = tables.rows(file, limits)
    _number, header = next(rows, (0, []))
    header = list(header)
    while header and not header[-1]:
        header.pop()
    places = _places(header)
    columns = {name: header[place] for name, place in places.items() if place is not None}
    unread = [title for place, title in enumerate(header) if title and place not in places.values()]
    return Register(columns, unread, _named(rows, header, places))


def _named(
    rows: Iterable[tuple[int, Sequence[str]]], header: Sequence[str], places: dict[str, int | None]
) -> Iterator[RegisterRow | RowError]:
    for number, cells in rows:
        if number > MOST_LINES:
            raise RegisterFileError(_("The file has more than %d lines.") % MOST_LINES)
        if not any(cells):
            continue
        if any(cells[len(header) :]):
            yield RowError(number, "", _("This line has more cells than the header has columns."))
            continue
        if any(len(cell) > MOST_CHARACTERS for cell in cells):
            yield RowError(number, "", _("A cell of this line is too long."))
            continue
        if any(_holds_lines(cell) for cell in cells):
            yield RowError(number, "", _("A cell holds whole lines of the file: is a quotation mark missing?"))
            continue
        padded = [*cells, *[""] * (len(header) - len(cells))]
        yield RegisterRow(number, {name: padded[place] if place is not None else "" for name, place in places.items()})


def _places(header: Sequence[str]) -> dict[str, int | None]:
    """Where each known column stands. Raises RegisterFileError if a required one is missing or one is there twice."""
    if len(header) > MOST_COLUMNS:
        raise RegisterFileError(_("The file has more than %d columns.") % MOST_COLUMNS)
    plain = [_plain(title) for title in header]
    places: dict[str, int | None] = {}
    for name, titles in COLUMNS.items():
        found = [place for place, title in enumerate(plain) if title in titles]
        if not found:
            found = [place for place, title in enumerate(plain) if title in PERHAPS.get(name, ())]
        if len(found) > 1:
            raise RegisterFileError(_("The column “%s” is there twice.") % name)
        places[name] = found[0] if found else None
    if missing := [name for name in REQUIRED if places[name] is None]:
        raise RegisterFileError(
            _("The first line must name the columns. Not found: %(missing)s. It names: %(there)s.")
            % {"missing": ", ".join(missing), "there": ", ".join(filter(None, header))[:300] or "–"}
        )
    return places


def _plain(title: str) -> str:
    apart = unicodedata.normalize("NFKD", title.casefold())
    return "".join(char for char in apart if char.isascii() and char.isalnum())


def _holds_lines(cell: str) -> bool:
    """Did a quotation mark swallow what stands after it? Then there is a break in it, and marks between cells."""
    broken = len(cell.splitlines()) > 1
    return broken and (any(cell.count(mark) > 1 for mark in ";\t|") or cell.count(",") > 2)
