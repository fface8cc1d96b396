"""The parts of Halverne that stand behind a picture, each recognisable at a glance."""

import math
from collections.abc import Callable

from demo.pictures.canvas import (
    BRICK,
    CLAY,
    DEEP,
    HORIZON,
    INK,
    MOSS,
    OCHRE,
    PAPER,
    PINE,
    PLUM,
    SLATE,
    STONE,
    WATER,
    Canvas,
    mixed,
)


def hills(canvas: Canvas) -> None:
    """Hautecôte and the open country."""
    far, near = mixed(SLATE, canvas.low, 0.45), mixed(MOSS, canvas.low, 0.25)
    for colour, height, wave in ((far, 150, 190), (near, 80, 140)):
        shift = canvas.chance.uniform(0, 6)
        ridge = [(x, HORIZON - height * (0.6 + 0.4 * math.sin(x / wave + shift))) for x in range(0, 1201, 24)]
        canvas.poly([(0, HORIZON), *ridge, (1200, HORIZON)], colour)
    for _ in range(7):
        canvas.tree(canvas.chance.uniform(20, 1180), HORIZON + 4, canvas.chance.uniform(50, 90), PINE)


def oldtown(canvas: Canvas) -> None:
    """Narrow gabled houses, and Sainte-Odile above them."""
    spire = canvas.chance.uniform(150, 1000)
    stone = mixed(STONE, SLATE, 0.35)
    canvas.rect(spire, 190, 84, 290, stone)
    canvas.poly([(spire - 8, 192), (spire + 42, 60), (spire + 92, 192)], mixed(SLATE, INK, 0.25))
    canvas.arch(spire + 28, 290, 28, 56, mixed(stone, INK, 0.4))
    x = -20.0
    while x < 1200:
        width, height = canvas.chance.uniform(84, 128), canvas.chance.uniform(130, 215)
        wall = canvas.chance.choice(
            (mixed(OCHRE, PAPER, 0.45), mixed(CLAY, PAPER, 0.3), PAPER, mixed(PLUM, PAPER, 0.6))
        )
        top = HORIZON - height
        canvas.rect(x, top, width, height + 6, wall)
        roof = canvas.chance.choice((BRICK, mixed(BRICK, INK, 0.25), CLAY))
        canvas.poly([(x - 5, top), (x + width / 2, top - width * 0.62), (x + width + 5, top)], roof)
        for row in range(int(height // 62)):
            for step in (0.2, 0.6):
                canvas.window(x + width * step, top + 16 + row * 60, width * 0.2, 36)
        x += width


def terraces(canvas: Canvas) -> None:
    """The brick rows of Millfield."""
    x, height = -30.0, canvas.chance.uniform(150, 185)
    while x < 1200:
        width, top = 150.0, HORIZON - height
        wall = canvas.chance.choice((BRICK, mixed(BRICK, CLAY, 0.5), mixed(BRICK, INK, 0.15)))
        canvas.rect(x, top, width, height + 6, wall)
        canvas.rect(x, top - 34, width, 36, mixed(SLATE, INK, 0.2))
        canvas.rect(x + 116, top - 66, 26, 40, mixed(wall, INK, 0.2))
        for place in (20, 92):
            canvas.window(x + place, top + 20, 36, 46)
        canvas.window(x + 92, top + 92, 36, 48)
        door = canvas.chance.choice((DEEP, PINE, PLUM, OCHRE))
        canvas.arch(x + 22, HORIZON + 6, 36, 78, door)
        x += width


def towers(canvas: Canvas) -> None:
    """The blocks of Les Charmes, and the hospital."""
    x = canvas.chance.uniform(-60, 0)
    while x < 1200:
        width, height = canvas.chance.uniform(110, 190), canvas.chance.uniform(170, 350)
        wall = canvas.chance.choice(
            (PAPER, mixed(STONE, PAPER, 0.4), mixed(CLAY, PAPER, 0.6), mixed(WATER, PAPER, 0.7))
        )
        wall, top = mixed(wall, SLATE, 0.15), HORIZON - height
        canvas.rect(x, top, width, height + 6, wall)
        canvas.rect(x, top, width, 10, mixed(wall, INK, 0.25))
        for row in range(int((height - 30) // 34)):
            for column in range(int((width - 16) // 30)):
                canvas.window(x + 12 + column * 30, top + 24 + row * 34, 18, 18)
        x += width + canvas.chance.uniform(20, 90)


def mill(canvas: Canvas) -> None:
    """Mill No. 4 with its chimney."""
    wall, left = mixed(BRICK, INK, 0.1), canvas.chance.uniform(60, 420)
    canvas.rect(left + 560, 70, 46, 410, mixed(wall, INK, 0.15))
    canvas.rect(left + 552, 62, 62, 20, wall)
    canvas.rect(left, 230, 600, 250, wall)
    for step in range(5):
        canvas.poly(
            [(left + step * 120, 232), (left + step * 120, 170), (left + step * 120 + 120, 232)], mixed(SLATE, INK, 0.1)
        )
    for row in range(3):
        for column in range(10):
            canvas.window(left + 22 + column * 57, 256 + row * 72, 32, 46)
    for x in (30, 1040, 1140):
        canvas.tree(x, HORIZON + 4, canvas.chance.uniform(110, 160))


def warehouse(canvas: Canvas) -> None:
    """The brick stores of the Quays."""
    x = -40.0
    while x < 1200:
        width, height = canvas.chance.uniform(230, 300), canvas.chance.uniform(170, 235)
        wall, top = canvas.chance.choice((BRICK, mixed(BRICK, PLUM, 0.3), CLAY)), HORIZON - height
        canvas.rect(x, top, width, height + 6, wall)
        canvas.poly([(x, top), (x + width / 2, top - 70), (x + width, top)], wall)
        canvas.poly([(x - 6, top + 4), (x + width / 2, top - 76), (x + width / 2, top - 62)], mixed(wall, INK, 0.35))
        canvas.poly(
            [(x + width + 6, top + 4), (x + width / 2, top - 76), (x + width / 2, top - 62)], mixed(wall, INK, 0.35)
        )
        for row in range(int((height - 40) // 72)):
            for column in range(4):
                canvas.window(x + 28 + column * (width - 60) / 4, top + 24 + row * 72, 34, 44)
        canvas.arch(x + width / 2 - 26, HORIZON + 6, 52, 74, mixed(wall, INK, 0.5))
        x += width


def river(canvas: Canvas) -> None:
    """The Sorle, wide and slow, with trees on the far bank."""
    hills(canvas)
    canvas.rect(0, HORIZON - 34, 1200, 60, mixed(WATER, canvas.low, 0.2))
    for _ in range(9):
        x, y = canvas.chance.uniform(0, 1100), canvas.chance.uniform(HORIZON - 26, HORIZON - 4)
        canvas.rect(x, y, canvas.chance.uniform(40, 120), 3, mixed(WATER, PAPER, 0.5), round=1.5)


def none(canvas: Canvas) -> None:
    """Nothing behind: the street itself is the picture."""


BACKDROPS: dict[str, Callable[[Canvas], None]] = {
    "hills": hills,
    "oldtown": oldtown,
    "terraces": terraces,
    "towers": towers,
    "mill": mill,
    "warehouse": warehouse,
    "river": river,
    "none": none,
}
