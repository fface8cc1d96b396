"""Pictures for the demo city's proposals: flat illustrations, drawn by rule, the same for the same name."""

import io
from random import Random

from demo.pictures.backdrops import BACKDROPS
from demo.pictures.canvas import Canvas
from demo.pictures.scenes import INSIDE, SCENES

__all__ = ["BACKDROPS", "SCENES", "drawn"]


def drawn(scene: str, backdrop: str, light: str, name: str) -> bytes:
    """A JPEG of 1200 by 800 pixels: what is proposed, where it stands, and at what hour.

    `light` is morning, noon, dusk or night. Everything left to chance is drawn from `name`.
    """
    canvas = Canvas(light, Random(name))  # noqa: S311  a picture, not a secret
    if scene not in INSIDE:
        canvas.sky()
        BACKDROPS[backdrop](canvas)
        canvas.ground()
    SCENES[scene](canvas)
    file = io.BytesIO()
    canvas.finished().save(file, "JPEG", quality=88)
    return file.getvalue()
