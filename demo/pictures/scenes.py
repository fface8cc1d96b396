"""What is proposed, drawn: one function a scene, in front of a backdrop, or inside a room."""

import math
from collections.abc import Callable

from demo.pictures.canvas import (
    BARK,
    BRICK,
    CLAY,
    DEEP,
    INK,
    LEAF,
    MOSS,
    OCHRE,
    PAPER,
    PINE,
    PLUM,
    ROSE,
    SLATE,
    STONE,
    WATER,
    WOOD,
    Canvas,
    mixed,
)

TARMAC = mixed(SLATE, INK, 0.3)
LAMP_ROOM = mixed(OCHRE, PAPER, 0.7)


def people(canvas: Canvas, count: int, y: float = 760, left: float = 80, right: float = 1120) -> None:
    """So many people, spread over a strip of the foreground."""
    step = (right - left) / count
    for place in range(count):
        x = left + step * (place + canvas.chance.uniform(0.15, 0.85))
        canvas.person(x, y + canvas.chance.uniform(-22, 14), canvas.chance.choice((92, 128, 136, 142)))


def water(canvas: Canvas, top: float, bottom: float = 800) -> None:
    canvas.rect(0, top, 1200, bottom - top, WATER)
    for _ in range(int((bottom - top) / 14)):
        x, y = canvas.chance.uniform(-40, 1150), canvas.chance.uniform(top + 12, bottom - 8)
        canvas.rect(x, y, canvas.chance.uniform(50, 160), 4, mixed(WATER, PAPER, 0.4), round=2)


# Playing and sport ----------------------------------------------------------------------------------------------------


def playground(canvas: Canvas) -> None:
    canvas.oval(600, 690, 520, 92, mixed(OCHRE, PAPER, 0.5))
    left = canvas.chance.uniform(90, 170)
    for x in (left, left + 250):
        canvas.line([(x - 40, 690), (x, 440), (x + 40, 690)], WOOD, 14)
    canvas.line([(left, 446), (left + 250, 446)], WOOD, 14)
    for x in (left + 80, left + 170):
        sway = canvas.chance.uniform(-40, 40)
        canvas.line([(x, 450), (x + sway, 610)], INK, 4)
        canvas.rect(x + sway - 26, 608, 52, 10, BRICK)
        canvas.person(x + sway, 610, 96, sits=True)
    tower = left + 480
    for x in (tower, tower + 130):
        canvas.rect(x, 400, 16, 300, WOOD)
    canvas.rect(tower - 14, 530, 174, 18, BARK)
    canvas.poly([(tower - 30, 404), (tower + 73, 310), (tower + 176, 404)], BRICK)
    canvas.poly([(tower + 140, 532), (tower + 170, 532), (tower + 370, 702), (tower + 330, 702)], OCHRE)
    for step in range(5):
        canvas.rect(tower - 60 + step * 12, 676 - step * 32, 64, 8, WOOD)
    canvas.person(tower + 72, 530, 90)
    people(canvas, 3, 770, 500, 1100)


def court(canvas: Canvas) -> None:
    canvas.poly([(140, 540), (1060, 540), (1190, 770), (10, 770)], mixed(BRICK, CLAY, 0.5))
    canvas.line([(160, 548), (1040, 548), (1160, 762), (40, 762), (160, 548)], PAPER, 6)
    canvas.line([(600, 548), (600, 762)], PAPER, 6)
    canvas.ring(600, 655, 62, PAPER, 6)
    for x, turn in ((70, 1), (1130, -1)):
        canvas.line([(x, 700), (x, 560), (x + turn * 60, 540), (x + turn * 60, 660)], PAPER, 9)
    for x in (120, 1080):
        canvas.lamp(x, 540, 330)
    people(canvas, 5, 735, 200, 1000)
    canvas.disc(canvas.chance.uniform(420, 780), 742, 15, PAPER)


def skate(canvas: Canvas) -> None:
    concrete = mixed(STONE, SLATE, 0.3)
    canvas.rect(0, 590, 1200, 210, concrete)
    bowl = [(230, 590)] + [
        (600 - 370 * math.cos(a / 20 * math.pi), 590 + 150 * math.sin(a / 20 * math.pi)) for a in range(21)
    ]
    canvas.poly(bowl, mixed(concrete, INK, 0.22))
    canvas.line(bowl, PAPER, 7)
    canvas.poly([(980, 592), (1200, 470), (1200, 592)], mixed(concrete, INK, 0.1))
    for x, y in ((340, 668), (860, 652), (1090, 536)):
        canvas.person(x, y - 12, 126)
        canvas.rect(x - 40, y - 12, 80, 8, BRICK, round=4)
        canvas.disc(x - 26, y, 6, INK)
        canvas.disc(x + 26, y, 6, INK)
    canvas.bench(40, 700, 170)
    canvas.person(110, 648, 120, sits=True)


def pool(canvas: Canvas) -> None:
    """Outdoors in front of a backdrop, or a hall where there is none (see INSIDE)."""
    canvas.rect(0, 560, 1200, 240, mixed(OCHRE, PAPER, 0.6))
    canvas.poly([(130, 590), (1070, 590), (1200, 800), (0, 800)], WATER)
    canvas.line([(130, 590), (1070, 590)], PAPER, 14)
    for lane in range(1, 4):
        top, low = 130 + lane * 235, lane * 300
        for part in range(9):
            a, b = part / 9, (part + 0.5) / 9
            ends = [(top + (low - top) * t, 590 + 210 * t) for t in (a, b)]
            canvas.line(ends, BRICK if part % 2 else PAPER, 6 + 4 * a)
    for about, y in ((300, 690), (540, 640), (760, 730), (960, 670)):
        x = about + canvas.chance.uniform(-40, 40)
        canvas.oval(x, y + 8, 40, 8, mixed(WATER, PAPER, 0.6))
        canvas.disc(x, y - 6, 17, canvas.chance.choice((CLAY, BARK, mixed(OCHRE, PAPER, 0.4))))
        canvas.oval(x, y - 14, 18, 12, canvas.chance.choice((BRICK, DEEP, OCHRE, PLUM)))
    people(canvas, 3, 590, 160, 700)
    canvas.line([(1010, 700), (1010, 560), (1040, 560), (1040, 700)], PAPER, 8)


def swimming_hall(canvas: Canvas) -> None:
    wall = mixed(WATER, PAPER, 0.78)
    canvas.rect(0, 0, 1200, 800, wall)
    canvas.poly([(0, 0), (1200, 0), (1010, 190), (190, 190)], mixed(PAPER, STONE, 0.4))
    for row in range(3):
        for place in range(8):
            t, u = row / 3, (row + 0.78) / 3
            left, right = place / 8, (place + 0.78) / 8
            corners = [(190 * t + (1200 - 380 * t) * left, 190 * t), (190 * t + (1200 - 380 * t) * right, 190 * t)]
            corners += [(190 * u + (1200 - 380 * u) * right, 190 * u), (190 * u + (1200 - 380 * u) * left, 190 * u)]
            canvas.poly(corners, mixed(WATER, PAPER, 0.45))
    for x in range(210, 1000, 132):
        canvas.arch(x, 470, 84, 210, mixed(WATER, PAPER, 0.5))
    canvas.rect(0, 510, 1200, 50, mixed(DEEP, PAPER, 0.35))
    pool(canvas)


def pingpong(canvas: Canvas) -> None:
    for x, y in ((150, 640), (560, 690), (860, 620)):
        canvas.rect(x + 40, y - 70, 24, 76, SLATE)
        canvas.rect(x + 190, y - 70, 24, 76, SLATE)
        canvas.poly([(x, y - 70), (x + 40, y - 104), (x + 260, y - 104), (x + 230, y - 70)], DEEP)
        canvas.line([(x + 128, y - 64), (x + 142, y - 126)], PAPER, 6)
        canvas.person(x - 30, y + 20, 132)
        canvas.person(x + 290, y + 10, 132)
        canvas.disc(x + canvas.chance.uniform(70, 190), y - canvas.chance.uniform(140, 180), 8, PAPER)
    canvas.tree(60, 560, 210)
    canvas.tree(1140, 560, 240)


def shade(canvas: Canvas) -> None:
    canvas.rect(0, 600, 1200, 200, mixed(OCHRE, PAPER, 0.55))
    canvas.oval(600, 715, 420, 66, WATER)
    for left, colour in ((90, OCHRE), (440, PAPER), (790, BRICK)):
        canvas.rect(left, 340, 9, 330, INK)
        canvas.rect(left + 310, 380, 9, 290, INK)
        canvas.poly([(left, 345), (left + 314, 385), (left + 190, 470), (left - 40, 450)], colour)
    for x in (380, 560, 720, 830):
        canvas.person(x + canvas.chance.uniform(-30, 30), 730 + canvas.chance.uniform(-20, 14), 78)
    people(canvas, 2, 670, 140, 340)


# Green ----------------------------------------------------------------------------------------------------------------


def trees(canvas: Canvas) -> None:
    canvas.rect(0, 600, 1200, 70, STONE)
    canvas.rect(0, 670, 1200, 130, TARMAC)
    for place in range(6):
        x = 90 + place * 205 + canvas.chance.uniform(-18, 18)
        canvas.rect(x - 46, 606, 92, 26, BARK, round=8)
        canvas.tree(x, 620, canvas.chance.uniform(230, 300))
    people(canvas, 3, 664)


def garden(canvas: Canvas) -> None:
    canvas.path(mixed(OCHRE, PAPER, 0.45), 610, 50)
    for row, y in enumerate((510, 570, 690, 750)):
        x = canvas.chance.uniform(10, 70)
        while x < 1130:
            width = canvas.chance.uniform(130, 220)
            canvas.rect(x, y, width, 38 + row * 5, BARK, round=6)
            crop = canvas.chance.choice((LEAF, MOSS, PINE, ROSE, OCHRE, PLUM))
            for step in range(int(width // 26)):
                canvas.disc(x + 16 + step * 26, y + 4, 13 + row, MOSS)
                canvas.disc(x + 16 + step * 26, y - 3, 7 + row, crop)
            x += width + 40
    people(canvas, 3, 680, 160, 1040)
    canvas.tree(canvas.chance.choice((70, 1130)), 560, 250)


def meadow(canvas: Canvas) -> None:
    canvas.ground(mixed(canvas.grass, OCHRE, 0.15))
    for _ in range(230):
        y = canvas.chance.uniform(500, 796)
        size = 2 + (y - 480) / 60
        flower = canvas.chance.choice((PAPER, OCHRE, ROSE, PLUM, PAPER))
        x = canvas.chance.uniform(0, 1200)
        canvas.line([(x, y), (x, y + size * 3)], PINE, max(1, size / 3))
        canvas.disc(x, y, size, flower)
    for _ in range(6):
        x, y = canvas.chance.uniform(120, 1080), canvas.chance.uniform(180, 400)
        size = canvas.chance.uniform(14, 26)
        canvas.line([(x - size, y - size * 0.4), (x, y), (x + size, y - size * 0.4)], INK, 4)
    people(canvas, 2, 660, 250, 950)


def orchard(canvas: Canvas) -> None:
    for row, (y, size) in enumerate(((520, 130), (620, 180), (740, 240))):
        for place in range(6 - row):
            x = 110 + place * (1040 / (5.2 - row)) + row * 40
            canvas.tree(x, y, size, canvas.chance.choice((MOSS, LEAF)))
            for _ in range(9):
                turn, far = canvas.chance.uniform(0, 6.3), canvas.chance.uniform(0, size * 0.3)
                canvas.disc(x + far * math.cos(turn), y - size * 0.6 + far * math.sin(turn) * 0.7, size * 0.026, BRICK)
    canvas.line([(700, 770), (742, 560)], WOOD, 8)
    canvas.line([(748, 770), (762, 560)], WOOD, 8)
    for step in range(6):
        canvas.line([(706 + step * 7, 745 - step * 34), (752 + step * 2, 745 - step * 34)], WOOD, 6)
    people(canvas, 2, 775, 300, 620)


def pond(canvas: Canvas) -> None:
    canvas.oval(600, 670, 620, 120, WATER)
    for _ in range(10):
        canvas.rect(
            canvas.chance.uniform(120, 950), canvas.chance.uniform(600, 760), 90, 4, mixed(WATER, PAPER, 0.45), 2
        )
    for reed in (*range(0, 200, 13), *range(1000, 1200, 13)):
        height = canvas.chance.uniform(70, 170)
        foot = 720 + canvas.chance.uniform(-60, 60)
        canvas.line([(reed, foot), (reed + canvas.chance.uniform(-12, 12), foot - height)], MOSS, 6)
        canvas.oval(reed, foot - height, 6, 20, BARK)
    for _ in range(4):
        x, y = canvas.chance.uniform(300, 900), canvas.chance.uniform(620, 730)
        canvas.oval(x, y, 34, 15, canvas.chance.choice((BARK, PAPER, SLATE)))
        canvas.disc(x + 28, y - 20, 13, PINE)
        canvas.poly([(x + 40, y - 22), (x + 56, y - 17), (x + 40, y - 14)], OCHRE)
    canvas.tree(250, 540, 200)
    canvas.tree(980, 530, 170)


def bench(canvas: Canvas) -> None:
    canvas.path(STONE, 640, 110)
    left = canvas.chance.uniform(340, 520)
    canvas.tree(left - 60, 660, 330)
    canvas.bench(left, 690, 330)
    canvas.person(left + 90, 634, 150, sits=True)
    canvas.person(left + 220, 634, 150, sits=True)
    canvas.bush(left + 480, 640, 46)
    people(canvas, 2, 760, 760, 1120)


def tables(canvas: Canvas) -> None:
    for place in range(6):
        canvas.tree(60 + place * 216, 560, canvas.chance.uniform(230, 290))
    for x in range(80, 1180, 130):
        canvas.person(x + 30, 600, 118, sits=True)
    canvas.poly([(10, 640), (1190, 640), (1200, 690), (0, 690)], WOOD)
    canvas.rect(0, 690, 1200, 12, BARK)
    for x in range(60, 1180, 190):
        canvas.rect(x, 702, 18, 80, BARK)
        canvas.disc(x + 90, 652, 13, canvas.chance.choice((BRICK, OCHRE, LEAF, PAPER)))
        canvas.oval(x + 40, 664, 24, 9, PAPER)
    canvas.rect(0, 742, 1200, 16, WOOD)


def schoolyard(canvas: Canvas) -> None:
    canvas.rect(0, 560, 1200, 240, mixed(STONE, OCHRE, 0.25))
    for place in (80, 320, 900, 1120):
        canvas.disc(place, 600, 56, MOSS)
        canvas.tree(place, 606, canvas.chance.uniform(220, 270))
    x, y = 470.0, 740.0
    for number in range(8):
        pair = number in (3, 6)
        for side in (-1, 1) if pair else (0,):
            canvas.rect(x + side * 30, y, 54, 30, PAPER)
            canvas.rect(x + side * 30 + 5, y + 4, 44, 22, (ROSE, OCHRE, WATER, LEAF)[number % 4])
        x, y = x + 26, y - 22
    people(canvas, 6, 770, 40, 460)
    people(canvas, 4, 750, 740, 1160)


# Streets and ways -----------------------------------------------------------------------------------------------------


def cycle(canvas: Canvas) -> None:
    canvas.path(mixed(CLAY, STONE, 0.5), 610, 120)
    for x in range(30, 1200, 140):
        canvas.rect(x, 676, 62, 8, PAPER, round=3)
    first = canvas.chance.uniform(140, 330)
    canvas.bicycle(first, 715, 1.25)
    canvas.bicycle(first + 480, 700, canvas.chance.choice((0.75, 1.1)))
    canvas.tree(canvas.chance.choice((90, 1110)), 600, 290)
    canvas.bush(640, 585, 44)


def crossing(canvas: Canvas) -> None:
    canvas.rect(0, 520, 1200, 60, STONE)
    canvas.rect(0, 580, 1200, 220, TARMAC)
    left = canvas.chance.uniform(360, 520)
    for stripe in range(6):
        x = left + stripe * 62
        canvas.poly([(x, 584), (x + 36, 584), (x + 18, 798), (x - 26, 798)], PAPER)
    for x in (left - 60, left + 400):
        canvas.rect(x, 510, 14, 80, INK, round=4)
        canvas.rect(x, 520, 14, 12, PAPER)
    canvas.lamp(left - 120, 580, 260)
    people(canvas, 3, 735, left - 10, left + 330)
    canvas.bicycle(left + 430, 720, 0.9)
    canvas.tree(120, 570, 240)


def bus(canvas: Canvas) -> None:
    canvas.rect(0, 610, 1200, 50, STONE)
    canvas.rect(0, 660, 1200, 140, TARMAC)
    left = canvas.chance.uniform(420, 600)
    colour = canvas.chance.choice((BRICK, DEEP, PINE, OCHRE))
    canvas.rect(left, 440, 540, 270, colour, round=26)
    canvas.rect(left, 600, 540, 24, PAPER)
    for step in range(5):
        canvas.window(left + 26 + step * 92, 476, 78, 88)
    canvas.rect(left + 488, 476, 40, 200, mixed(SLATE, PAPER, 0.5), round=8)
    for wheel in (left + 110, left + 420):
        canvas.disc(wheel, 710, 46, INK)
        canvas.disc(wheel, 710, 20, STONE)
    canvas.rect(70, 420, 12, 240, INK)
    canvas.rect(330, 420, 12, 240, INK)
    canvas.poly([(40, 424), (370, 424), (350, 392), (60, 392)], WOOD)
    canvas.bench(110, 652, 190)
    canvas.person(160, 600, 128, sits=True)
    canvas.person(380, 664, 138)
    if canvas.is_dark:
        canvas.glow(206, 440, 70)


def lights(canvas: Canvas) -> None:
    canvas.path(mixed(STONE, OCHRE, 0.2), 620, 110)
    for place in range(6):
        canvas.lamp(80 + place * 208, 636, canvas.chance.choice((170, 178, 186)))
    canvas.tree(200, 590, 210)
    canvas.tree(1010, 590, 240)
    people(canvas, 3, 720)


def stairs(canvas: Canvas) -> None:
    bank = mixed(MOSS, canvas.grass, 0.5)
    canvas.poly([(0, 800), (0, 640), (420, 560), (1200, 210), (1200, 800)], bank)
    for step in range(26):
        x, y = 330 + step * 29, 790 - step * 20
        canvas.poly(
            [(x, y), (x + 150, y), (x + 165, y - 20), (x + 15, y - 20)], mixed(STONE, INK, 0.04 + 0.1 * (step % 2))
        )
    canvas.line([(330, 730), (1050, 228)], INK, 7)
    canvas.line([(60, 790), (300, 700), (110, 660), (420, 600), (300, 570), (560, 500)], mixed(OCHRE, PAPER, 0.5), 22)
    if canvas.light in ("night", "dusk"):
        for step in (1, 9, 17, 24):
            canvas.lamp(330 + step * 29, 780 - step * 20, 120)
    canvas.person(470, 722, 126)
    canvas.person(800, 492, 110)
    canvas.tree(110, 660, 180)
    canvas.tree(1120, 330, 150)


def bridge(canvas: Canvas) -> None:
    canvas.poly([(0, 560), (330, 560), (410, 800), (0, 800)], MOSS)
    canvas.poly([(1200, 560), (870, 560), (790, 800), (1200, 800)], MOSS)
    canvas.poly([(330, 560), (870, 560), (790, 800), (410, 800)], WATER)
    for _ in range(9):
        canvas.rect(
            canvas.chance.uniform(430, 680), canvas.chance.uniform(600, 790), 80, 4, mixed(WATER, PAPER, 0.45), 2
        )
    deck = [(x, 560 - 44 * math.sin((x - 250) / 700 * math.pi)) for x in range(250, 951, 25)]
    canvas.poly(deck + [(x, y + 26) for x, y in reversed(deck)], WOOD)
    canvas.line([(x, y - 74) for x, y in deck], BARK, 9)
    for x, y in deck[::2]:
        canvas.line([(x, y), (x, y - 74)], BARK, 6)
    canvas.person(canvas.chance.uniform(420, 520), 532, 124)
    canvas.person(canvas.chance.uniform(660, 760), 534, 96)
    if canvas.light in ("night", "dusk"):
        canvas.lamp(300, 566, 170)
        canvas.lamp(900, 566, 170)
    canvas.tree(110, 620, 220)
    canvas.bush(1060, 640, 60)


def cable(canvas: Canvas) -> None:
    canvas.line([(0, 520), (1200, 120)], INK, 5)
    for x in (170, 560, 950):
        y = 520 - x / 3
        canvas.line([(x, y), (x, y + 50)], INK, 6)
        canvas.rect(x - 62, y + 48, 124, 92, canvas.chance.choice((BRICK, OCHRE, DEEP)), round=18)
        for step in (-48, -4):
            canvas.window(x + step, y + 62, 38, 40)
    canvas.path(STONE, 650, 70)
    people(canvas, 3)


# River ----------------------------------------------------------------------------------------------------------------


def steps(canvas: Canvas) -> None:
    water(canvas, 690)
    for step in range(8):
        y = 520 + step * 24
        canvas.rect(150 - step * 14, y, 900 + step * 28, 25, mixed(STONE, INK, 0.03 + 0.05 * (step % 2)))
    canvas.line([(230, 470), (130, 690)], INK, 8)
    canvas.line([(970, 470), (1070, 690)], INK, 8)
    if canvas.light in ("night", "dusk"):
        canvas.lamp(200, 520, 150)
        canvas.lamp(1000, 520, 150)
    for x, y in ((420, 586), (500, 586), (730, 634)):
        canvas.person(x, y, 124, sits=True)
    canvas.person(880, 570, 130)


def boat(canvas: Canvas) -> None:
    water(canvas, 560)
    left, colour = canvas.chance.uniform(220, 380), canvas.chance.choice((DEEP, BRICK, PINE))
    canvas.rect(left + 380, 500, 160, 90, PAPER, round=8)
    canvas.rect(left + 370, 486, 180, 18, BARK)
    for step in (400, 450, 500):
        canvas.window(left + step, 520, 34, 30)
    canvas.poly([(left, 580), (left + 610, 580), (left + 560, 670), (left + 60, 670)], colour)
    canvas.rect(left + 6, 572, 600, 16, PAPER)
    canvas.rect(left + 130, 380, 10, 200, BARK)
    for place in range(7):
        x = left + 10 + place * 46
        flag = (OCHRE, ROSE, PAPER)[place % 3]
        height = 400 + abs(place - 2.7) * 26
        canvas.poly([(x, height), (x + 30, height + 4), (x + 14, height + 34)], flag)
    canvas.person(left + 230, 580, 120)
    canvas.person(left + 310, 580, 120)
    if canvas.light in ("night", "dusk"):
        canvas.glow(left + 135, 380, 60)
    canvas.rect(0, 770, 1200, 30, STONE)


def riverbank(canvas: Canvas) -> None:
    water(canvas, 520, 720)
    canvas.poly([(0, 800), (0, 700), (500, 730), (1200, 680), (1200, 800)], MOSS)
    for x in range(30, 420, 16):
        canvas.line([(x, 730), (x + canvas.chance.uniform(-14, 14), 650 + canvas.chance.uniform(-30, 20))], PINE, 6)
    canvas.rect(880, 470, 14, 240, PAPER)
    for step in range(8):
        canvas.rect(880, 480 + step * 28, 14, 14, BRICK)
    canvas.person(640, 740, 150)
    canvas.person(720, 745, 110)
    canvas.tree(1100, 720, 320)


# Squares, halls and houses --------------------------------------------------------------------------------------------


def fountain(canvas: Canvas) -> None:
    canvas.rect(0, 540, 1200, 260, mixed(STONE, PAPER, 0.3))
    canvas.oval(600, 720, 300, 54, mixed(STONE, INK, 0.25))
    canvas.oval(600, 706, 280, 44, WATER)
    canvas.rect(584, 500, 32, 200, mixed(SLATE, INK, 0.2))
    canvas.oval(600, 574, 120, 18, mixed(SLATE, INK, 0.2))
    canvas.oval(600, 508, 52, 11, mixed(SLATE, INK, 0.2))
    for side in (-1, 1):
        for reach, top in ((60, 512), (120, 578), (190, 578)):
            jet = [
                (600 + side * reach * t / 8, top - 46 * math.sin(t / 8 * 2.2) + 120 * (t / 8) ** 2) for t in range(9)
            ]
            canvas.line(jet, mixed(WATER, PAPER, 0.6), 6)
    people(canvas, 3, 775, 60, 420)
    people(canvas, 3, 770, 800, 1140)


def square(canvas: Canvas) -> None:
    canvas.rect(0, 560, 1200, 240, mixed(STONE, PAPER, 0.25))
    for row in range(4):
        canvas.rect(0, 600 + row * 56, 1200, 4, mixed(STONE, INK, 0.12))
    for x in (110, 330, 860, 1080):
        canvas.oval(x, 640, 70, 18, MOSS)
        canvas.tree(x, 642, canvas.chance.uniform(230, 300))
    canvas.bench(480, 680, 220)
    canvas.person(550, 626, 128, sits=True)
    people(canvas, 4, 770)


def market(canvas: Canvas) -> None:
    canvas.rect(0, 570, 1200, 230, mixed(STONE, PAPER, 0.2))
    for left in (60, 440, 820):
        stripe = canvas.chance.choice((BRICK, DEEP, OCHRE, PINE, PLUM))
        for x in (left, left + 300):
            canvas.rect(x, 450, 10, 250, BARK)
        for step in range(8):
            colour = stripe if step % 2 else PAPER
            x = left - 20 + step * 44
            canvas.poly([(x + 10, 400), (x + 46, 400), (x + 44, 460), (x, 460)], colour)
            canvas.oval(x + 22, 460, 22, 14, colour)
        canvas.person(left + 150, 690, 140)
        canvas.rect(left - 10, 620, 330, 84, WOOD)
        canvas.rect(left - 16, 610, 342, 16, BARK)
        for step in range(12):
            canvas.disc(left + 14 + step * 26, 606, 13, canvas.chance.choice((BRICK, OCHRE, LEAF, PLUM, MOSS)))
        if canvas.is_dark or canvas.light == "dusk":
            canvas.glow(left + 155, 480, 52)
    people(canvas, 4, 785)


def stage(canvas: Canvas) -> None:
    canvas.oval(600, 720, 420, 60, mixed(STONE, INK, 0.08))
    canvas.poly([(300, 640), (900, 640), (930, 720), (270, 720)], WOOD)
    canvas.rect(270, 718, 660, 26, BARK)
    for x in (330, 520, 670, 860):
        canvas.rect(x, 400, 14, 244, BARK)
    canvas.poly([(260, 410), (940, 410), (600, 290)], BRICK)
    bulbs = [(290 + place * 62, 430 + 16 * math.sin(place * 1.57) ** 2) for place in range(11)]
    canvas.line(bulbs, INK, 3)
    for x, y in bulbs:
        if canvas.light in ("night", "dusk"):
            canvas.glow(x, y + 8, 20)
        else:
            canvas.poly([(x - 12, y), (x + 12, y), (x, y + 24)], canvas.chance.choice((OCHRE, ROSE, DEEP, LEAF)))
    for x in (430, 590, 750):
        canvas.person(x, 690, 140)
        canvas.poly([(x + 22, 610), (x + 70, 590), (x + 70, 632), (x + 22, 618)], OCHRE)
    people(canvas, 6, 800, 60, 1140)


def tent(canvas: Canvas) -> None:
    for stripe in range(10):
        low, high = 220 + stripe * 76, 590 + (stripe - 5) * 6
        canvas.poly([(low, 560), (low + 78, 560), (high + 6, 270), (high, 270)], BRICK if stripe % 2 else PAPER)
        canvas.rect(low + 20, 558, 39 * 2 * 0.74, 140, PAPER if stripe % 2 else BRICK)
    canvas.line([(596, 270), (596, 220)], INK, 6)
    canvas.poly([(598, 222), (650, 236), (598, 252)], OCHRE)
    canvas.arch(560, 700, 90, 130, INK)
    canvas.line([(200, 700), (232, 560)], INK, 4)
    canvas.line([(1010, 700), (975, 560)], INK, 4)
    people(canvas, 5, 775)


def mural(canvas: Canvas) -> None:
    canvas.rect(330, 170, 540, 470, mixed(PAPER, STONE, 0.5))
    for place, dress in enumerate((BRICK, DEEP, OCHRE, PLUM, PINE, ROSE)):
        middle = 372 + place * 88
        canvas.disc(middle, 330 + 30 * math.sin(place), 36, (CLAY, BARK, mixed(OCHRE, PAPER, 0.3))[place % 3])
        canvas.poly([(middle - 50, 640), (middle + 50, 640), (middle + 34, 372), (middle - 34, 372)], dress)
    for _ in range(30):
        x, y = canvas.chance.uniform(340, 850), canvas.chance.uniform(180, 290)
        canvas.oval(x, y, 26, 11, canvas.chance.choice((LEAF, MOSS, PINE)))
    canvas.rect(890, 240, 8, 420, INK)
    canvas.rect(1010, 240, 8, 420, INK)
    for y in (300, 430, 560):
        canvas.rect(880, y, 150, 12, WOOD)
    canvas.person(950, 430, 120)
    canvas.path(STONE, 640, 80)
    people(canvas, 4, 740)


def library(canvas: Canvas) -> None:
    wall = mixed(OCHRE, PAPER, 0.55)
    canvas.rect(210, 290, 780, 370, wall)
    canvas.rect(190, 272, 820, 24, mixed(STONE, INK, 0.15))
    for x in range(240, 980, 24):
        canvas.rect(x, 236, 8, 38, mixed(STONE, INK, 0.2))
    for place in range(5):
        x = 244 + place * 150
        canvas.arch(x, 620, 108, 260, mixed(LAMP_ROOM, PAPER, 0.3))
        for row in range(3):
            for book in range(9):
                spine = canvas.chance.choice((BRICK, DEEP, OCHRE, PINE, PLUM, SLATE))
                canvas.rect(x + 8 + book * 10.4, 470 + row * 50, 8, 38, spine)
    canvas.path(STONE, 660, 90)
    canvas.person(330, 272, 96)
    canvas.person(700, 272, 96)
    canvas.poly([(430, 236), (560, 236), (495, 190)], BRICK)
    people(canvas, 4, 765)


def museum(canvas: Canvas) -> None:
    wall = mixed(STONE, PAPER, 0.4)
    canvas.poly([(260, 330), (940, 330), (600, 210)], mixed(wall, INK, 0.08))
    canvas.rect(270, 326, 660, 30, wall)
    canvas.rect(300, 356, 600, 300, mixed(wall, INK, 0.22))
    for place in range(5):
        canvas.rect(310 + place * 134, 356, 44, 300, PAPER)
    canvas.arch(540, 656, 100, 200, INK)
    for step in range(3):
        canvas.rect(270 - step * 22, 654 + step * 22, 660 + step * 44, 24, mixed(STONE, INK, 0.05 * step))
    people(canvas, 5, 785)


def pavilion(canvas: Canvas) -> None:
    canvas.path(STONE, 650, 100)
    tiles = canvas.chance.choice((WATER, LEAF, ROSE))
    canvas.rect(380, 430, 440, 250, mixed(BRICK, PAPER, 0.15))
    canvas.rect(380, 560, 440, 120, tiles)
    for x in range(380, 820, 44):
        canvas.rect(x, 560, 2, 120, PAPER)
    for y in (590, 620, 650):
        canvas.rect(380, y, 440, 2, PAPER)
    canvas.poly([(340, 434), (860, 434), (780, 350), (420, 350)], PINE)
    canvas.rect(440, 500, 84, 180, DEEP)
    canvas.rect(650, 480, 120, 70, mixed(SLATE, PAPER, 0.5))
    canvas.rect(636, 548, 150, 12, BARK)
    canvas.tree(230, 650, 280)
    canvas.bush(960, 660, 60)
    people(canvas, 4, 760)


def houses(canvas: Canvas) -> None:
    """A row of houses that fills the picture, with light in the windows in the evening."""
    canvas.rect(0, 640, 1200, 160, TARMAC)
    canvas.rect(0, 620, 1200, 34, STONE)
    for left in (-60, 180, 420, 660, 900, 1140):
        wall = canvas.chance.choice((BRICK, mixed(BRICK, CLAY, 0.6), mixed(BRICK, PLUM, 0.3)))
        canvas.rect(left, 250, 238, 375, wall)
        canvas.poly([(left - 6, 252), (left + 119, 150), (left + 244, 252)], mixed(SLATE, INK, 0.3))
        canvas.rect(left + 170, 160, 34, 70, mixed(wall, INK, 0.25))
        for x, y in ((30, 290), (140, 290), (140, 440)):
            canvas.rect(left + x - 6, y - 6, 76, 102, PAPER)
            canvas.window(left + x, y, 64, 90)
        canvas.arch(left + 34, 624, 62, 150, canvas.chance.choice((DEEP, PINE, OCHRE, PLUM)))
    canvas.lamp(330, 660, 220)
    canvas.lamp(870, 660, 220)
    people(canvas, 3, 750)


def crane(canvas: Canvas) -> None:
    canvas.rect(0, 600, 1200, 80, STONE)
    water(canvas, 680)
    canvas.poly([(430, 610), (700, 610), (660, 330), (470, 330)], WOOD)
    canvas.poly([(440, 340), (690, 340), (565, 240)], BARK)
    canvas.ring(565, 500, 96, BARK, 16)
    for turn in range(8):
        angle = turn * math.pi / 4
        canvas.line([(565, 500), (565 + 88 * math.cos(angle), 500 + 88 * math.sin(angle))], BARK, 6)
    canvas.line([(640, 400), (950, 190)], BARK, 26)
    canvas.line([(950, 196), (950, 470)], INK, 4)
    canvas.rect(900, 470, 100, 66, OCHRE, round=8)
    canvas.person(950, 500, 108)
    people(canvas, 5, 660, 80, 420)


def clock(canvas: Canvas) -> None:
    canvas.rect(510, 130, 180, 530, mixed(STONE, PAPER, 0.3))
    canvas.poly([(494, 134), (600, 10), (706, 134)], DEEP)
    canvas.arch(560, 330, 80, 110, INK)
    canvas.poly([(574, 320), (626, 320), (618, 262), (582, 262)], OCHRE)
    canvas.disc(600, 430, 68, PAPER)
    canvas.ring(600, 430, 68, INK, 8)
    for turn in range(12):
        angle = turn * math.pi / 6
        canvas.disc(600 + 52 * math.cos(angle), 430 + 52 * math.sin(angle), 4, INK)
    canvas.line([(600, 430), (600, 386)], INK, 8)
    canvas.line([(600, 430), (632, 446)], INK, 8)
    canvas.arch(552, 660, 96, 130, BARK)
    canvas.rect(0, 656, 1200, 144, mixed(STONE, PAPER, 0.2))
    for _ in range(9):
        x, y = canvas.chance.uniform(220, 980), canvas.chance.uniform(70, 240)
        canvas.line([(x - 16, y - 7), (x, y), (x + 16, y - 7)], INK, 4)
    people(canvas, 5, 770)


# Rooms ----------------------------------------------------------------------------------------------------------------


def room(canvas: Canvas) -> None:
    wall = canvas.chance.choice((mixed(LEAF, PAPER, 0.7), mixed(WATER, PAPER, 0.72), mixed(CLAY, PAPER, 0.7)))
    canvas.rect(0, 0, 1200, 800, wall)
    canvas.rect(0, 640, 1200, 160, mixed(WOOD, PAPER, 0.35))
    canvas.rect(0, 634, 1200, 10, mixed(WOOD, INK, 0.2))


def view(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    """A window with the light of the hour in it."""
    canvas.rect(x - 12, y - 12, width + 24, height + 24, PAPER)
    canvas.rect(x, y, width, height, canvas.above)
    canvas.rect(x, y + height * 0.7, width, height * 0.3, canvas.grass)
    canvas.rect(x + width / 2 - 4, y, 8, height, PAPER)
    canvas.rect(x, y + height * 0.45, width, 8, PAPER)


def shelves(canvas: Canvas, x: float, y: float, width: float, rows: int) -> None:
    for row in range(rows):
        place = x + 8
        while place < x + width - 26:
            thick, tall = canvas.chance.uniform(12, 26), canvas.chance.uniform(58, 84)
            spine = canvas.chance.choice((BRICK, DEEP, OCHRE, PINE, PLUM, SLATE, ROSE))
            canvas.rect(place, y + row * 104 + 92 - tall, thick, tall, spine)
            place += thick + 3
        canvas.rect(x, y + row * 104 + 92, width, 12, WOOD)


def books(canvas: Canvas) -> None:
    room(canvas)
    shelves(canvas, 70, 90, 640, 4)
    view(canvas, 800, 120, 300, 260)
    for left in (150, 520, 880):
        canvas.person(left + 110, 640, 150, sits=True)
        canvas.rect(left, 620, 230, 18, WOOD)
        canvas.rect(left + 16, 636, 14, 120, BARK)
        canvas.rect(left + 200, 636, 14, 120, BARK)
        canvas.line([(left + 40, 620), (left + 40, 550), (left + 76, 530)], INK, 6)
        canvas.poly([(left + 60, 520), (left + 108, 520), (left + 96, 494), (left + 72, 494)], BRICK)
        canvas.poly([(left + 130, 616), (left + 168, 606), (left + 206, 616), (left + 168, 620)], PAPER)


def reading(canvas: Canvas) -> None:
    room(canvas)
    view(canvas, 420, 120, 380, 320)
    canvas.rect(140, 480, 240, 190, PLUM, round=34)
    canvas.rect(110, 560, 60, 130, mixed(PLUM, INK, 0.15), round=24)
    canvas.rect(350, 560, 60, 130, mixed(PLUM, INK, 0.15), round=24)
    canvas.person(258, 640, 170, sits=True)
    canvas.rect(868, 330, 10, 380, INK)
    canvas.poly([(810, 340), (936, 340), (906, 260), (840, 260)], OCHRE)
    canvas.rect(800, 704, 146, 14, INK, round=6)
    canvas.oval(600, 730, 250, 36, mixed(BRICK, PAPER, 0.4))
    shelves(canvas, 980, 330, 170, 3)
    canvas.rect(560, 620, 90, 90, CLAY, round=8)
    for turn in range(7):
        canvas.oval(606 + (turn - 3) * 22, 570 - (3 - abs(turn - 3)) * 22, 16, 46, (MOSS, PINE)[turn % 2])


def kitchen(canvas: Canvas) -> None:
    room(canvas)
    canvas.rect(0, 360, 1200, 12, WOOD)
    for place in range(9):
        x, size = 90 + place * 126, canvas.chance.uniform(30, 46)
        canvas.line([(x, 90), (x, 150)], INK, 4)
        canvas.disc(x, 150 + size, size, canvas.chance.choice((SLATE, CLAY, INK, BRICK)))
        canvas.disc(x, 150 + size, size * 0.72, mixed(SLATE, PAPER, 0.3))
    canvas.rect(40, 84, 1120, 12, INK)
    for place in range(12):
        canvas.rect(60 + place * 94, 300, 40, 60, canvas.chance.choice((OCHRE, LEAF, ROSE, PAPER, WATER)), round=8)
    canvas.rect(0, 470, 1200, 170, PAPER)
    for x in range(0, 1200, 60):
        canvas.rect(x, 470, 2, 170, STONE)
    for x in range(170, 1080, 190):
        canvas.person(x + canvas.chance.uniform(-30, 30), 770, canvas.chance.choice((230, 260, 270)))
    canvas.rect(60, 620, 1080, 26, WOOD)
    canvas.rect(90, 644, 26, 150, BARK)
    canvas.rect(1080, 644, 26, 150, BARK)
    for place in range(8):
        x = 130 + place * 128
        canvas.oval(x, 614, 42, 15, canvas.chance.choice((OCHRE, CLAY, PAPER)))
        canvas.oval(x + 60, 612, 18, 13, canvas.chance.choice((BRICK, MOSS, LEAF)))


def workshop(canvas: Canvas) -> None:
    room(canvas)
    canvas.rect(120, 130, 960, 260, mixed(WOOD, PAPER, 0.45))
    for place in range(9):
        x = 180 + place * 104
        canvas.rect(x, 200, 14, 130, WOOD)
        shape = place % 3
        if shape == 0:
            canvas.rect(x - 26, 176, 66, 30, SLATE)
        elif shape == 1:
            canvas.poly([(x - 14, 330), (x + 28, 330), (x + 7, 372)], SLATE)
        else:
            canvas.ring(x + 7, 186, 24, SLATE, 12)
    for x in range(200, 1040, 230):
        canvas.person(x + canvas.chance.uniform(-30, 50), 770, canvas.chance.choice((230, 262, 274)))
    canvas.rect(80, 590, 1040, 30, WOOD)
    for x in (120, 560, 1040):
        canvas.rect(x, 618, 36, 170, BARK)
    canvas.bicycle(330, 590, 0.55, rider=False)
    canvas.rect(620, 546, 84, 46, BRICK, round=8)
    canvas.rect(800, 540, 50, 50, OCHRE, round=6)


SCENES: dict[str, Callable[[Canvas], None]] = {
    "bench": bench,
    "boat": boat,
    "books": books,
    "bridge": bridge,
    "bus": bus,
    "cable": cable,
    "clock": clock,
    "court": court,
    "crane": crane,
    "crossing": crossing,
    "cycle": cycle,
    "fountain": fountain,
    "garden": garden,
    "houses": houses,
    "kitchen": kitchen,
    "library": library,
    "lights": lights,
    "market": market,
    "meadow": meadow,
    "mural": mural,
    "museum": museum,
    "orchard": orchard,
    "pavilion": pavilion,
    "pingpong": pingpong,
    "playground": playground,
    "pond": pond,
    "pool": pool,
    "reading": reading,
    "river": riverbank,
    "schoolyard": schoolyard,
    "shade": shade,
    "skate": skate,
    "square": square,
    "stage": stage,
    "stairs": stairs,
    "steps": steps,
    "swimming hall": swimming_hall,
    "tables": tables,
    "tent": tent,
    "trees": trees,
    "workshop": workshop,
}
INSIDE = frozenset({"books", "kitchen", "reading", "swimming hall", "workshop"})
