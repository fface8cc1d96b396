"""What strangers send is read in a process of its own, within limits; the one that answers visitors stays small.

The functions that read are an honest one and such as take what they want (tests/lib/strangers.py).
"""

import io
import os
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from lib import bounded, safe_image
from lib.bounded import BUSY, FAULT, TOO_MUCH, Bounds, CannotRead
from lib.refusal import Refused
from tests.thoroughness import many

ME = "tests.lib.strangers"
ROOT = Path(__file__).parents[2]
BOUNDS = Bounds("tests", memory=256 * 2**20, seconds=20, at_once=1, in_line=2, patience=30)


def read(function: str, content: bytes = b"", bounds: Bounds = BOUNDS, *arguments) -> list:
    return list(bounded.read(f"{ME}:{function}", io.BytesIO(content), bounds, *arguments))


def test_a_file_is_read_and_what_is_said_of_it_comes_back(tmp_path) -> None:
    assert read("upper", b"quay" * 10**6, BOUNDS, 1, "two") == [b"QUAY" * 10**6, [1, "two"]]
    (tmp_path / "file").write_bytes(b"on the disk")
    with (tmp_path / "file").open("rb") as file:
        file.read(4)
        assert next(bounded.read(f"{ME}:upper", file, BOUNDS)) == b"ON THE DISK"


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("greedy", TOO_MUCH),
        ("endless", TOO_MUCH),
        ("sleeping", TOO_MUCH),
        ("ended", TOO_MUCH),
        ("writing", FAULT),
        ("failing", FAULT),
        ("refusing", "no such thing"),
    ],
)
def test_whoever_takes_more_than_it_may_is_ended(function: str, reason: str) -> None:
    short = Bounds("tests", memory=256 * 2**20, seconds=1, at_once=1, in_line=2, patience=30)
    with pytest.raises(CannotRead) as refused:
        read(function, bounds=short if function in {"endless", "sleeping"} else BOUNDS)
    assert refused.value.reason == reason


def test_the_reading_process_knows_no_secret(monkeypatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "secret")
    assert set(read("curious")[0]) <= {"PATH", "LANG", "LC_CTYPE"}


def test_whoever_stops_asking_leaves_no_process_behind() -> None:
    answers = bounded.read(f"{ME}:sleeping", io.BytesIO(), BOUNDS)
    process = next(answers)
    answers.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_who_is_beyond_the_line_is_told_so_and_the_line_is_served() -> None:
    """One is read, one stands in line, the third goes away; on another process the place counts as well."""
    first = bounded.read(f"{ME}:sleeping", io.BytesIO(), BOUNDS)
    next(first)
    served: list = []
    second = threading.Thread(target=lambda: served.extend(read("upper", b"second")))
    second.start()
    while bounded._in_line["tests"] < 2:
        time.sleep(0.01)
    with pytest.raises(CannotRead) as refused:
        read("upper", b"third")
    assert refused.value.reason == BUSY
    elsewhere = "from tests.lib import test_bounded as t; t.read('upper', bounds=t.Bounds('tests', 2**28, 9, 1, 1, 0))"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "budgeting.settings"}
    told = subprocess.run([sys.executable, "-c", elsewhere], cwd=ROOT, env=env, capture_output=True, text=True)
    assert told.stderr.rstrip().endswith("CannotRead: busy")
    assert served == []
    first.close()
    second.join()
    assert served == [b"SECOND", []]
    assert bounded._in_line["tests"] == 0


# Bombs ---------------------------------------------------------------------------------------------------------------

MEASURED = """
import django, re, resource, sys
django.setup()
from lib.refusal import Refused
from tests.lib import test_bounded
try:
    said = getattr(test_bounded, sys.argv[1])(sys.argv[2])
except Refused as refused:
    said = refused.sentence
own = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])  # what getrusage says is our parent's
print(own // 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, said)
"""


def measured(what: str, path: Path) -> tuple[int, int, str]:
    """The most memory, in MB, of the process that asks and of the one that reads; and what is said in the end."""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "budgeting.settings"}
    command = [sys.executable, "-c", MEASURED, what, path]
    told = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout
    ours, its, said = told.strip().split(" ", 2)
    return int(ours), int(its), said


def look_at_photo(path: str) -> str:
    with open(path, "rb") as file:
        picture = safe_image.redrawn(file)
    return f"{picture.width} x {picture.height}"


def look_at_register(path: str) -> str:
    from residents.register_file import opened  # noqa: PLC0415  (models are ready only now)

    with open(path, "rb") as file:
        return str(len(list(opened(file).rows)))


def png(path: Path, side: int) -> Path:
    """All one colour, and so very small."""
    Image.new("RGBA", (side, side), (0, 90, 80, 128)).save(path, compress_level=1)
    return path


def sheet(path: Path, cell: bytes, times: int, before: bytes = b"", after: bytes = b"", shared: bytes = b"") -> Path:
    """An XLSX whose only row is `cell` so many times over, made without ever being whole in memory."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = f"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
      <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
      <Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>
      <Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>"""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rel = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        book.writestr("[Content_Types].xml", types)
        book.writestr("_rels/.rels", f'{rel} Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{rel} Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
        )
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(f'<worksheet xmlns="{main}"><sheetData><row r="1">'.encode() + before)
            at_once = 2**20 // len(cell)
            for _ in range(times // at_once):
                part.write(cell * at_once)
            part.write(cell * (times % at_once))
            part.write(after + b"</row></sheetData></worksheet>")
    return path


@pytest.mark.long
def test_a_picture_of_49_million_pixels_is_drawn_without_growing_the_site(tmp_path) -> None:
    """203 kB that are 196 MB once decoded, and were 700 MB while they were redrawn."""
    side = many(4000, 7000)
    ours, its, said = measured("look_at_photo", png(tmp_path / "large.png", side))
    assert said == "1600 x 1600"
    assert ours < 200
    assert its < 4 * side * side / 2**20 + 120


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "P"), ("PNG", "1"), ("PNG", "LA"), ("WEBP", "RGBA"), ("JPEG", "CMYK")]
)
def test_every_kind_of_picture_is_made_smaller_in_strips_without_a_seam(tmp_path, kind, mode) -> None:
    """A slope from black to white stays one: no row is lost or doubled where two strips meet."""
    slope = Image.linear_gradient("L").resize((3300, 4100)).convert("RGBA").convert("RGB" if mode != "LA" else "L")
    path = tmp_path / "slope"
    slope.convert(mode).save(path, kind)
    with path.open("rb") as file:
        picture = safe_image.redrawn(file)
    drawn = Image.open(io.BytesIO(picture.large)).convert("L").resize((1, 100))
    lights = [drawn.getpixel((0, y)) for y in range(100)]
    if mode == "CMYK":
        assert len(lights) == 100
    else:
        assert all(abs(light - 255 * y / 99) < 24 for y, light in enumerate(lights))
    assert (picture.width, picture.height) == (1288, 1600)


@pytest.mark.long
def test_a_register_of_300_kilobytes_that_is_one_cell_of_300_megabytes_is_refused_small(tmp_path) -> None:
    megabytes = many(4, 300)
    path = sheet(tmp_path / "bomb.xlsx", b"a", megabytes * 2**20, b'<c t="inlineStr"><is><t>', b"</t></is></c>")
    assert path.stat().st_size < 400_000
    ours, its, said = measured("look_at_register", path)
    assert said == "A cell of the spreadsheet is longer than any cell can be. Save it again, or as CSV."
    assert max(ours, its) < 256


@pytest.mark.long
def test_a_register_of_a_hundred_million_cells_is_refused_small(tmp_path) -> None:
    path = sheet(tmp_path / "bomb.xlsx", b"<c/>", 100_000_000)
    ours, its, said = measured("look_at_register", path)
    assert said == "The spreadsheet is too large when unpacked. Save it as CSV."
    assert max(ours, its) < 256


@pytest.mark.long
def test_text_that_only_looks_like_marks_ends_by_the_limit_of_memory(tmp_path) -> None:
    """CDATA may hold any number of `<`, so a cell may be long without a stretch that has none."""
    path = sheet(
        tmp_path / "bomb.xlsx", b"<" + b"a" * 99, 3_000_000, b'<c t="inlineStr"><is><t><![CDATA[', b"]]></t></is></c>"
    )
    ours, its, said = measured("look_at_register", path)
    assert said == "The spreadsheet takes too much memory or time to read. Save it as CSV."
    assert ours < 256
    assert its < 520


@pytest.mark.long
def test_an_ordinary_sheet_made_this_way_is_read(tmp_path) -> None:
    """Otherwise the bombs above might be refused for another reason."""
    cells = b"".join(
        b'<c t="inlineStr"><is><t>%b</t></is></c>' % name for name in (b"id", b"name", b"born", b"district")
    )
    assert measured("look_at_register", sheet(tmp_path / "good.xlsx", b" ", 1, cells))[2] == "0"


def test_a_photo_beyond_the_limits_is_refused_in_words(tmp_path, monkeypatch) -> None:
    small = Bounds("photos", memory=200 * 2**20, seconds=20, at_once=2, in_line=4, patience=20)
    monkeypatch.setattr(safe_image, "BOUNDS", small)
    with png(tmp_path / "large.png", 7000).open("rb") as file, pytest.raises(Refused, match="too many pixels"):
        safe_image.redrawn(file)
