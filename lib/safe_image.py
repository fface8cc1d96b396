"""What people upload as photos, made safe: decoded within limits, and drawn anew without metadata."""

import io
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from lib.refusal import Refused, require

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000  # the largest phone camera in common use; a bomb is refused by its header, undecoded
LARGE = (1600, 1600)
SMALL = (640, 640)


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG in two sizes (bytes), and the pixels of the large one."""

    large: bytes
    small: bytes
    width: int
    height: int


def redrawn(file: IO[bytes]) -> Picture:
    """The picture in an uploaded file, turned upright and re-encoded, so that nothing else in the file survives.

    Raises Refused with a sentence if it is too large or no JPEG, PNG or WebP.
    """
    content = file.read(MOST_BYTES + 1)
    require(len(content) <= MOST_BYTES, _("This photo is larger than 10 MB. Choose a smaller one."))
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            too_many = _("This photo has too many pixels. Choose a smaller one.")
            require(image.width * image.height <= MOST_PIXELS, too_many)
            image.draft("RGB", LARGE)  # a JPEG is decoded no larger than needed
            large = _on_white(ImageOps.exif_transpose(image))
    except Refused:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refused(_("This file cannot be read as a photo. Choose a JPEG, PNG or WebP file.")) from None
    large.thumbnail(LARGE)
    small = large.copy()
    small.thumbnail(SMALL)
    return Picture(_jpeg(large), _jpeg(small), *large.size)


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
