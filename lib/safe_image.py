"""What people upload as photos, made safe: decoded within limits, and drawn anew without metadata."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _

from lib import bounded, drawing
from lib.drawing import TOO_MANY_PIXELS
from lib.refusal import Refused, require

MOST_BYTES = 10 * 1024 * 1024
BOUNDS = bounded.Bounds("photos", memory=640 * 2**20, seconds=20, at_once=2, in_line=4, patience=20)


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG in two sizes (bytes), and the pixels of the large one."""

    large: bytes
    small: bytes
    width: int
    height: int


def redrawn(file: IO[bytes]) -> Picture:
    """The picture in an uploaded file, turned upright and re-encoded, so that nothing else in the file survives.

    Raises Refused with a sentence if it is too large or no JPEG, PNG or WebP, or if too many come at once.
    """
    file.seek(0, 2)
    require(file.tell() <= MOST_BYTES, _("This photo is larger than 10 MB. Choose a smaller one."))
    try:
        return _picture(bounded.read("lib.drawing:redrawn", file, BOUNDS))
    except bounded.CannotRead as refusal:
        raise Refused(_sentence(refusal.reason)) from None


def drawn_here(file: IO[bytes]) -> Picture:
    """The same of a picture that is ours: without a process of its own, which is for what strangers send."""
    return _picture(drawing.redrawn(file))


def _picture(told: Iterable[Any]) -> Picture:
    size, large, small = told
    return Picture(large, small, size["width"], size["height"])


def _sentence(reason: str) -> str:
    if reason == bounded.BUSY:
        return _("Many photos are being looked at just now. Try again in a minute.")
    if reason in {TOO_MANY_PIXELS, bounded.TOO_MUCH}:
        return _("This photo has too many pixels. Choose a smaller one.")
    return _("This file cannot be read as a photo. Choose a JPEG, PNG or WebP file.")
