"""The French of the site: complete, compiled, and with every value that its sentences speak of."""

import gettext
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

FRENCH = Path(settings.LOCALE_PATHS[0]) / "fr" / "LC_MESSAGES"
VALUES = re.compile(r"%\(\w+\)[sd]|%[sd]")
KEYWORDS = [
    "_",
    "gettext_lazy",
    "gettext_noop",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "pgettext_lazy:1c,2",
    "npgettext:1c,2,3",
]


@pytest.fixture(scope="module")
def french() -> Catalog:
    with (FRENCH / "django.po").open("rb") as file:
        return read_po(file, locale="fr")


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.html", "*.txt"], cwd=settings.BASE_DIR, capture_output=True, text=True
    )
    paths = [settings.BASE_DIR / name for name in listed.stdout.splitlines()]
    skipped = {"tests", "demo", "migrations"}
    return [path for path in paths if path.is_file() and not skipped & set(path.relative_to(settings.BASE_DIR).parts)]


@pytest.mark.skipif(not shutil.which("xgettext"), reason="xgettext is not installed: apt-get install gettext")
def test_everything_the_site_says_is_said_in_french(french: Catalog, tmp_path: Path) -> None:
    readable = []
    for number, path in enumerate(sources()):
        text = path.read_text()
        copy = tmp_path / f"{number}.py"
        copy.write_text(text if path.suffix == ".py" else templatize(text, origin=str(path)))
        readable.append(copy)
    command = [
        "xgettext",
        "--language=Python",
        "--from-code=UTF-8",
        "--output=-",
        *(f"--keyword={each}" for each in KEYWORDS),
    ]
    found = subprocess.run([*command, *map(str, readable)], capture_output=True, check=True)
    template = found.stdout.replace(b"nplurals=INTEGER; plural=EXPRESSION", b"nplurals=2; plural=(n != 1)")
    said = {(message.context, message.id) for message in read_po(BytesIO(template)) if message.id}
    assert len(said) > 1000
    known = {(message.context, message.id) for message in french if message.string and all(message.string)}
    assert said - known == set()


def test_no_translation_is_a_guess(french: Catalog) -> None:
    assert [message.id for message in french if message.id and message.fuzzy] == []


def test_a_translation_speaks_of_the_same_values(french: Catalog) -> None:
    for message in french:
        if message.id:
            pair = (message.id, message.string)
            for english, words in zip(*pair, strict=True) if message.pluralizable else [pair]:
                assert sorted(VALUES.findall(words)) == sorted(VALUES.findall(english)), message.id
                assert words.count("<") == english.count("<"), message.id


def test_what_is_compiled_is_what_is_written(french: Catalog) -> None:
    """After a change: ./run manage compilemessages. The compiled file is kept so that a city needs no gettext."""
    with (FRENCH / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in french:
        if message.id and message.pluralizable:
            said = tuple(compiled.ngettext(*message.id, n) for n in (1, 2))
            assert said == message.string
        elif message.id:
            said = compiled.pgettext(message.context, message.id) if message.context else compiled.gettext(message.id)
            assert said == message.string
