import io
import struct
import zlib
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve
from PIL import Image, ImageFile

from lib import drawing, safe_image
from lib.bounded import CannotRead
from lib.refusal import Refused
from proposals.models import Photo
from tests.cast import drafted, picture

GPS = Image.Exif()
GPS[0x010F] = "SecretPhone"
GPS.get_ifd(0x8825)[1] = "N"


def stored(field) -> bytes:
    with field.open() as file:
        return file.read()


def test_a_photo_is_redrawn_as_a_jpeg_in_two_sizes(draft, rosa, at):
    photo = draft.add_photo(by=rosa, at=at("proposing"), file=picture(3000, 2000, "PNG"), alt="The empty quay")
    large, small = (Image.open(io.BytesIO(stored(field))) for field in (photo.large, photo.small))
    assert (large.format, large.size, small.size) == ("JPEG", (1600, 1067), (640, 427))
    assert (photo.width, photo.height) == (1600, 1067)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_t12_nothing_of_where_it_was_taken_survives(draft, rosa, at, kind):
    file = picture(kind=kind, exif=GPS)
    assert b"SecretPhone" in file.getvalue()
    photo = draft.add_photo(by=rosa, at=at("proposing"), file=file, alt="The quay")
    for content in (stored(photo.large), stored(photo.small)):
        assert b"SecretPhone" not in content
        assert b"Exif" not in content
        assert not Image.open(io.BytesIO(content)).getexif()


def test_t12_a_comment_within_the_file_does_not_survive(draft, rosa, at):
    file = picture(comment=b"Taken by SecretPhone")
    assert b"SecretPhone" in file.getvalue()
    assert b"SecretPhone" not in stored(draft.add_photo(by=rosa, at=at("proposing"), file=file, alt="The quay").large)


def test_a_photo_taken_sideways_is_turned_upright(draft, rosa, at):
    sideways = Image.Exif()
    sideways[0x0112] = 6
    photo = draft.add_photo(by=rosa, at=at("proposing"), file=picture(80, 60, exif=sideways), alt="The quay")
    assert (photo.width, photo.height) == (60, 80)


def test_what_is_transparent_becomes_white(draft, rosa, at):
    file = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(file, "PNG")
    file.seek(0)
    photo = draft.add_photo(by=rosa, at=at("proposing"), file=file, alt="Nothing")
    assert Image.open(io.BytesIO(stored(photo.large))).getpixel((5, 5)) == (255, 255, 255)


NO_PICTURES = {
    "html called jpg": b"<html><script>alert(1)</script>",
    "svg with script": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "empty": b"",
    "a cut jpeg": picture(400, 400).getvalue()[:600],
    "a gif": picture(kind="GIF").getvalue(),
    "a png with a broken chunk": picture(kind="PNG").getvalue()[:45] + b"\xff" * 30,
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES)
def test_t12_what_is_no_photo_is_refused_with_a_sentence(draft, rosa, at, content):
    with pytest.raises(Refused, match="cannot be read as a photo"):
        draft.add_photo(by=rosa, at=at("proposing"), file=io.BytesIO(content), alt="A photo")
    assert not Photo.objects.exists()


def bomb(width: int, height: int) -> io.BytesIO:
    """A PNG whose header promises so many pixels."""
    small = picture(8, 8, "PNG").getvalue()
    header = b"IHDR" + struct.pack(">II", width, height) + small[24:29]
    return io.BytesIO(small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:])


@pytest.fixture
def decoded(monkeypatch) -> list[tuple[int, int]]:
    """The sizes of the pictures whose pixels were read."""
    sizes: list[tuple[int, int]] = []
    load = ImageFile.ImageFile.load
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: sizes.append(image.size) or load(image))
    return sizes


@pytest.mark.parametrize("size", [(10_000, 6_000), (30_000, 30_000)], ids=["above our limit", "above the library's"])
def test_t12_a_bomb_of_pixels_is_refused_unopened(draft, rosa, at, size, decoded):
    with pytest.raises(Refused, match=r"too many pixels|cannot be read"):
        draft.add_photo(by=rosa, at=at("proposing"), file=bomb(*size), alt="A bomb")
    with pytest.raises(CannotRead):
        list(drawing.redrawn(bomb(*size)))  # as it is done beside the site, here where it can be watched
    assert decoded == []


def test_a_picture_that_is_no_bomb_is_opened(decoded):
    """Otherwise the test above would prove little."""
    assert next(iter(drawing.redrawn(picture(80, 60)))) == {"width": 80, "height": 60}
    assert (80, 60) in decoded


def test_a_file_above_the_limit_is_refused(draft, rosa, at, monkeypatch):
    monkeypatch.setattr(safe_image, "MOST_BYTES", 1000)
    with pytest.raises(Refused, match="larger than"):
        draft.add_photo(by=rosa, at=at("proposing"), file=io.BytesIO(b"a" * 1001), alt="A large photo")


def test_t12_a_script_behind_the_picture_does_not_survive(draft, rosa, at):
    file = io.BytesIO(picture().getvalue() + b"<script>alert(1)</script>")
    assert b"script" not in stored(draft.add_photo(by=rosa, at=at("proposing"), file=file, alt="A polyglot").large)


def test_the_stored_name_is_ours(draft, rosa, at):
    file = picture()
    file.name = "../../<svg onload=alert(1)>.jpg"
    photo = draft.add_photo(by=rosa, at=at("proposing"), file=file, alt="The quay")
    assert Path(photo.large.name).parent == Path("photos")
    assert "svg" not in photo.large.name


def test_a_photo_needs_words(draft, rosa, at):
    with pytest.raises(Refused, match="Describe"):
        draft.add_photo(by=rosa, at=at("proposing"), file=picture(), alt="  ")


def test_five_photos_are_enough(draft, rosa, at):
    for _ in range(5):
        draft.add_photo(by=rosa, at=at("proposing"), file=picture(), alt="The quay")
    with pytest.raises(Refused, match="at most 5"):
        draft.add_photo(by=rosa, at=at("proposing"), file=picture(), alt="The quay")


def test_only_the_author_adds_and_removes_photos_until_the_deadline(proposal, rosa, tomas, at):
    photo = proposal.add_photo(by=rosa, at=at("proposing"), file=picture(), alt="The quay")
    with pytest.raises(Refused):
        proposal.add_photo(by=tomas, at=at("proposing"), file=picture(), alt="Mine")
    with pytest.raises(Refused):
        proposal.remove_photo(by=tomas, at=at("proposing"), photo=photo)
    with pytest.raises(Refused):
        proposal.remove_photo(by=rosa, at=at("reviewing"), photo=photo)
    path = Path(photo.large.path)
    proposal.remove_photo(by=rosa, at=at("proposing"), photo=photo)
    assert not path.exists()


def test_a_photo_of_a_draft_is_shown_to_its_author_alone(client, draft, rosa, tomas, at):
    """T-07. The stored file has no address of its own, which would ask nobody."""
    photo = draft.add_photo(by=rosa, at=at("proposing"), file=picture(), alt="The quay")
    with pytest.raises(Resolver404):
        resolve(f"/media/{photo.large.name}")
    for reader, answer in ((None, 404), (tomas, 404), (rosa, 200)):
        if reader:
            client.force_login(reader)
        shown = client.get(photo.address)
        assert shown.getvalue()  # reads the file to its end, and so closes it
        assert shown.status_code == answer


@pytest.mark.parametrize("size", ["large", "small"])
def test_a_photo_whose_file_is_missing_is_not_found(client, rosa, riverside_contest, at, size) -> None:
    """The database came back from a backup, and the files did not."""
    proposal = drafted(rosa, riverside_contest)
    photo = proposal.add_photo(by=rosa, at=at("proposing"), file=picture(), alt="The quay")
    client.force_login(rosa)
    address = photo.address if size == "large" else photo.small_address
    assert b"".join(client.get(address).streaming_content)
    file = getattr(photo, size)
    file.storage.delete(file.name)
    assert client.get(address).status_code == 404
    assert client.get(proposal.get_absolute_url()).status_code == 200, "the page beside it stands"
    photo.delete()


def test_s27_a_photo_that_was_taken_away_is_gone_after_ten_minutes(client, rosa, riverside_contest, at) -> None:
    now = at("proposing")
    proposal = drafted(rosa, riverside_contest)
    photo = proposal.add_photo(by=rosa, at=now, file=picture(), alt="The quay")
    proposal.submit(by=rosa, at=now)
    first = client.get(photo.address)
    first.close()
    assert first["Cache-Control"] == "public, max-age=600"
    again = {"If-None-Match": first["ETag"]}
    answer = client.get(photo.address, headers=again)
    assert (answer.status_code, answer["Cache-Control"]) == (304, "public, max-age=600")
    photo.delete()
    assert client.get(photo.address, headers=again).status_code == 404
