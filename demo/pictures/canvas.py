"""Paper, paint and light: what every picture of the demo city is drawn with."""

import math
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 800  # pixels of the finished picture, and the units of every drawing
FINE = 2  # drawn this many times larger, then reduced: soft edges without gradients
HORIZON = 470

Colour = tuple[int, int, int]
Point = tuple[float, float]


def paint(code: str) -> Colour:
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """The first colour with a share (0 to 1) of the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


PAPER = paint("f7f3ea")
INK = paint("2d3142")
BRICK = paint("b5654a")
CLAY = paint("d08c60")
OCHRE = paint("e3b04b")
MOSS = paint("6f8f57")
LEAF = paint("8fae6b")
PINE = paint("47694f")
WATER = paint("6fa3b4")
DEEP = paint("3f7386")
STONE = paint("cbc3b4")
SLATE = paint("7b8794")
WOOD = paint("a97c50")
BARK = paint("6e5037")
ROSE = paint("c9727a")
PLUM = paint("7a5c7e")
LAMP = paint("ffd98a")
SKIN = tuple(paint(code) for code in ("f1c9a5", "e0ac7e", "b97a50", "8a5a3c", "5f3d2b"))
DRESS = (BRICK, OCHRE, DEEP, PLUM, ROSE, PINE, PAPER, SLATE)

#         the sky      its lower band  the ground    what tints everything, and how much
LIGHTS = {
    "morning": (paint("f3e3cf"), paint("f8eee0"), paint("b9c796"), paint("f0c890"), 0.10),
    "noon": (paint("cfe3e8"), paint("e3eff0"), paint("a9c183"), paint("ffffff"), 0.04),
    "dusk": (paint("e2b59a"), paint("efcdaa"), paint("93a077"), paint("8a4f5c"), 0.24),
    "night": (paint("232f47"), paint("2f3e59"), paint("3b4d4c"), paint("1d2740"), 0.55),
}


class Canvas:
    """A picture in the making. Lengths and places are in units of 1200 by 800, from the upper left corner."""

    def __init__(self, light: str, chance: Random) -> None:
        self.light = light
        self.chance = chance
        self.above, self.low, grass, self.tint, self.share = LIGHTS[light]
        self.grass = grass
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), self.above)
        self.pen = ImageDraw.Draw(self.image)

    @property
    def is_dark(self) -> bool:
        return self.light == "night"

    def finished(self) -> Image.Image:
        return self.image.reduce(FINE)

    def lit(self, colour: Colour) -> Colour:
        """A colour as it looks in this light."""
        return mixed(colour, self.tint, self.share)

    # Shapes ----------------------------------------------------------------------------------------------------------

    def rect(self, x: float, y: float, width: float, height: float, colour: Colour, round: float = 0) -> None:
        box = [x * FINE, y * FINE, (x + width) * FINE - 1, (y + height) * FINE - 1]
        self.pen.rounded_rectangle(box, round * FINE, fill=self.lit(colour))

    def poly(self, points: Sequence[Point], colour: Colour) -> None:
        self.pen.polygon([(x * FINE, y * FINE) for x, y in points], fill=self.lit(colour))

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self.oval(x, y, radius, radius, colour)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        box = [(x - rx) * FINE, (y - ry) * FINE, (x + rx) * FINE, (y + ry) * FINE]
        self.pen.ellipse(box, fill=self.lit(colour))

    def ring(self, x: float, y: float, radius: float, colour: Colour, width: float) -> None:
        box = [(x - radius) * FINE, (y - radius) * FINE, (x + radius) * FINE, (y + radius) * FINE]
        self.pen.ellipse(box, outline=self.lit(colour), width=round(width * FINE))

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        corners = [(x * FINE, y * FINE) for x, y in points]
        self.pen.line(corners, fill=self.lit(colour), width=round(width * FINE), joint="curve")

    def arch(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A door or window with a round top, standing on `y`."""
        radius = width / 2
        self.disc(x + radius, y - height + radius, radius, colour)
        self.rect(x, y - height + radius, width, height - radius, colour)

    def glow(self, x: float, y: float, radius: float) -> None:
        """Lamp light, not dimmed by the night."""
        for share, part in ((0.25, 1.0), (0.55, 0.55), (1.0, 0.25)):
            place = round(min(max(x, 0), WIDTH - 1) * FINE), round(min(max(y, 0), HEIGHT - 1) * FINE)
            around = self.image.getpixel(place)
            box = [(x - radius * part) * FINE, (y - radius * part) * FINE]
            box += [(x + radius * part) * FINE, (y + radius * part) * FINE]
            self.pen.ellipse(box, fill=mixed(around, LAMP, share))  # type: ignore[arg-type]

    # What stands in most pictures ------------------------------------------------------------------------------------

    def sky(self) -> None:
        self.pen.rectangle([0, 300 * FINE, WIDTH * FINE, HEIGHT * FINE], fill=self.low)
        x = self.chance.uniform(160, 1040)
        if self.is_dark:
            for _ in range(60):
                self._star(self.chance.uniform(0, WIDTH), self.chance.uniform(0, 330), self.chance.uniform(0.8, 2.2))
            self._plain_disc(x, 120, 44, paint("f2ead2"))
            self._plain_disc(x + 18, 110, 38, self.above)
            return
        height, radius = {"morning": (250, 62), "noon": (120, 50), "dusk": (360, 88)}[self.light]
        self._plain_disc(
            x, height, radius, mixed(self.low, paint("fff6d8" if self.light != "dusk" else "f4a96a"), 0.85)
        )
        for _ in range(self.chance.randint(1, 3)):
            self._cloud(self.chance.uniform(60, 1100), self.chance.uniform(70, 220), self.chance.uniform(0.6, 1.3))

    def ground(self, colour: Colour | None = None) -> None:
        self.pen.rectangle([0, HORIZON * FINE, WIDTH * FINE, HEIGHT * FINE], fill=colour or self.grass)

    def path(self, colour: Colour = STONE, at: float = 560, width: float = 90) -> None:
        """A way across the picture, gently bent."""
        upper = [(x, at + 14 * math.sin(x / 210)) for x in range(0, 1201, 40)]
        lower = [(x, y + width + 12 * math.sin(x / 320)) for x, y in reversed(upper)]
        self.poly(upper + lower, colour)

    def tree(self, x: float, y: float, height: float, colour: Colour | None = None) -> None:
        """A tree whose foot stands at (x, y)."""
        leaf = colour or self.chance.choice((MOSS, LEAF, PINE))
        crown = height * 0.34
        self.rect(x - height * 0.028, y - height * 0.5, height * 0.056, height * 0.5, BARK)
        self.disc(x - crown * 0.45, y - height * 0.52, crown * 0.72, leaf)
        self.disc(x + crown * 0.48, y - height * 0.54, crown * 0.68, leaf)
        self.disc(x, y - height * 0.72, crown * 0.86, leaf)
        self.disc(x - crown * 0.2, y - height * 0.76, crown * 0.42, mixed(leaf, PAPER, 0.16))

    def bush(self, x: float, y: float, size: float) -> None:
        leaf = self.chance.choice((MOSS, LEAF, PINE))
        for step in (-0.6, 0, 0.6):
            self.disc(x + step * size, y - size * (0.5 - abs(step) * 0.2), size * 0.55, leaf)
        self.rect(x - size, y - size * 0.2, 2 * size, size * 0.2, leaf)

    def person(self, x: float, y: float, height: float = 130, sits: bool = False) -> None:
        """Somebody whose feet (or seat) are at (x, y)."""
        skin, dress = self.chance.choice(SKIN), self.chance.choice(DRESS)
        hair = self.chance.choice((INK, BARK, SLATE, CLAY, STONE))
        legs = mixed(self.chance.choice(DRESS), INK, 0.5)
        wide, leg = height * 0.13, 0 if sits else height * 0.38
        if sits:
            self.line([(x, y - 4), (x + height * 0.26, y - 4), (x + height * 0.27, y + height * 0.3)], legs, wide * 0.7)
        else:
            self.line([(x - wide * 0.4, y - leg), (x - wide * 0.7, y)], legs, wide * 0.62)
            self.line([(x + wide * 0.4, y - leg), (x + wide * 0.8, y)], legs, wide * 0.62)
        self.rect(x - wide, y - leg - height * 0.4, 2 * wide, height * 0.44, dress, round=wide * 0.7)
        self.line(
            [(x + wide * 0.8, y - leg - height * 0.34), (x + wide * 1.5, y - leg - height * 0.1)], dress, wide * 0.5
        )
        self.line(
            [(x - wide * 0.8, y - leg - height * 0.34), (x - wide * 1.4, y - leg - height * 0.1)], dress, wide * 0.5
        )
        self.disc(x, y - leg - height * 0.5, height * 0.1, hair)
        self.disc(x + height * 0.012, y - leg - height * 0.485, height * 0.085, skin)

    def lamp(self, x: float, y: float, height: float) -> None:
        if self.is_dark or self.light == "dusk":
            self.glow(x, y - height, height * 0.42)
        self.rect(x - 4, y - height, 8, height, INK)
        self.poly(
            [(x - 20, y - height), (x + 20, y - height), (x + 12, y - height - 26), (x - 12, y - height - 26)], INK
        )
        if self.is_dark or self.light == "dusk":
            self._plain_disc(x, y - height + 4, 11, LAMP)

    def bench(self, x: float, y: float, width: float = 220) -> None:
        for step in (0.08, 0.9):
            self.rect(x + width * step, y - 44, 9, 44, INK)
            self.rect(x + width * step, y - 100, 7, 60, INK)
        for height in (54, 84, 104):
            self.rect(x, y - height, width, 13, WOOD, round=4)

    def bicycle(self, x: float, y: float, size: float = 1.0, rider: bool = True) -> None:
        """A bicycle heading right, its wheels standing on `y`."""
        radius, colour = 46 * size, self.chance.choice((BRICK, DEEP, OCHRE, PINE))
        back, front, seat = (x, y - radius), (x + 132 * size, y - radius), (x + 40 * size, y - 104 * size)
        for wheel in (back, front):
            self.ring(*wheel, radius, INK, 6 * size)
        crank, bar = (x + 56 * size, y - radius), (x + 116 * size, y - 112 * size)
        self.line([back, seat, crank, back], colour, 8 * size)
        self.line([crank, (x + 108 * size, y - 92 * size), seat], colour, 8 * size)
        self.line([front, bar, (x + 132 * size, y - 120 * size)], colour, 8 * size)
        if not rider:
            return
        skin, dress = self.chance.choice(SKIN), self.chance.choice(DRESS)
        hip, shoulder = (x + 40 * size, y - 118 * size), (x + 82 * size, y - 196 * size)
        self.line(
            [hip, (x + 78 * size, y - 84 * size), (x + 60 * size, y - 22 * size)], mixed(dress, INK, 0.6), 20 * size
        )
        self.line([hip, shoulder], dress, 38 * size)
        self.line([shoulder, (x + 128 * size, y - 124 * size)], dress, 14 * size)
        self.disc(x + 96 * size, y - 226 * size, 22 * size, skin)
        self.poly(
            [(x + 72 * size, y - 230 * size), (x + 124 * size, y - 230 * size), (x + 98 * size, y - 258 * size)], colour
        )

    def window(self, x: float, y: float, width: float, height: float) -> None:
        """A window, some of them lit at night."""
        if self.is_dark and self.chance.random() < 0.55:
            self.pen.rectangle(
                [x * FINE, y * FINE, (x + width) * FINE, (y + height) * FINE], fill=mixed(LAMP, CLAY, 0.12)
            )
        else:
            self.rect(x, y, width, height, mixed(SLATE, PAPER, 0.45))

    def _cloud(self, x: float, y: float, size: float) -> None:
        white = mixed(self.above, paint("ffffff"), 0.55)
        for dx, dy, radius in ((-52, 6, 26), (-18, -10, 38), (24, -4, 32), (58, 8, 22)):
            self._plain_disc(x + dx * size, y + dy * size, radius * size, white)
        box = [(x - 76 * size) * FINE, (y + 4 * size) * FINE, (x + 78 * size) * FINE, (y + 30 * size) * FINE]
        self.pen.rounded_rectangle(box, 13 * size * FINE, fill=white)

    def _star(self, x: float, y: float, radius: float) -> None:
        self._plain_disc(x, y, radius, paint("e8e3cf"))

    def _plain_disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        box = [(x - radius) * FINE, (y - radius) * FINE, (x + radius) * FINE, (y + radius) * FINE]
        self.pen.ellipse(box, fill=colour)
