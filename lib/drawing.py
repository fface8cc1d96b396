"""Decoding a stranger's picture and drawing it anew: for a process of its own, by lib/bounded.py."""

import io
from collections.abc import Iterator
from typing import IO, Any

from PIL import Image, ImageOps, UnidentifiedImageError

from lib.bounded import CannotRead

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 50_000_000  # the largest phone camera in common use; a bomb is refused by its header, undecoded
MOST_DECODED = 4 * MOST_PIXELS  # bytes
LARGE = (1600, 1600)
SMALL = (640, 640)
STRIP = 512  # rows that are made smaller at a time

NO_PICTURE, TOO_MANY_PIXELS = "no picture", "too many pixels"
BYTES_OF_A_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2}  # as Pillow keeps it; four in every other mode
ORIENTATION = 0x0112  # of EXIF


def redrawn(file: IO[bytes]) -> Iterator[Any]:
    """{"width", "height"} of the large JPEG, then the large and the small one, as bytes.

    Raises CannotRead: TOO_MANY_PIXELS, NO_PICTURE.
    """
    try:
        with Image.open(file, formats=FORMATS) as image:
            large = _decoded(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise CannotRead(NO_PICTURE) from None
    large.thumbnail(LARGE)
    small = large.copy()
    small.thumbnail(SMALL)
    yield {"width": large.width, "height": large.height}
    yield _jpeg(large)
    yield _jpeg(small)


def _decoded(image: Image.Image) -> Image.Image:
    """Upright, on white, and not much larger than LARGE: beside the decoded picture there is never a second of it."""
    pixels = image.width * image.height
    if pixels > MOST_PIXELS:
        raise CannotRead(TOO_MANY_PIXELS)
    image.draft("RGB", LARGE)  # a JPEG is decoded no larger than needed
    if image.width * image.height * BYTES_OF_A_PIXEL.get(image.mode, 4) > MOST_DECODED:
        raise CannotRead(TOO_MANY_PIXELS)
    orientation = image.getexif().get(ORIENTATION, 1)
    less = max(1, min(max(image.size) // LARGE[0], STRIP))
    smaller = Image.new("RGB", (-(-image.width // less), -(-image.height // less)), "white")
    rows = STRIP - STRIP % less
    for top in range(0, image.height, rows):
        strip = _on_white(image.crop((0, top, image.width, min(top + rows, image.height))))
        smaller.paste(strip.reduce(less) if less > 1 else strip, (0, top // less))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    smaller.info["exif"] = exif.tobytes()
    return ImageOps.exif_transpose(smaller)


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=image.convert("RGBA").getchannel("A"))
    return canvas


def _jpeg(image: Image.Image) -> bytes:
    # A fresh image of the pixels alone: what Pillow carries along (EXIF, comments, colour profile) stays behind.
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    file = io.BytesIO()
    bare.save(file, "JPEG", quality=82, optimize=True, progressive=True)
    return file.getvalue()
