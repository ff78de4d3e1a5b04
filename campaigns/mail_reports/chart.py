"""The trend as a picture for a mail: GMV as bars, spend as a line, words left to the mail.

Pillow's own font knows no Chinese and no ¥, so the picture holds digits and Latin letters alone.
"""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from campaigns.results.trend import Point

WIDTH, HEIGHT = 1200, 400
LEFT, RIGHT, TOP, BOTTOM = 110, 1180, 45, 350
PAPER, INK, RULE = "#ffffff", "#555b66", "#e3e5ea"
BAR, PALE, LINE = "#c8102e", "#f0b8c1", "#2b3a55"
TEXT = 28
STEPS = (1, 2, 5, 10)
RULES = 4
MOST_DATES = 10
THOUSAND = 1000


def draw(points: Sequence[Point]) -> bytes:
    """Return a PNG of 1200 × 400; bars of days whose window is still open are paler."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    top = axis_top(max((amount for each in points for amount in _amounts(each)), default=0))
    _rules(pen, top)
    step = (RIGHT - LEFT) / max(len(points), 1)
    for n, each in enumerate(points):
        if each["gmv"] is not None:
            start = LEFT + n * step
            bar = (start + step * 0.2, _height(each["gmv"], top), start + step * 0.8, BOTTOM)
            pen.rectangle(bar, fill=PALE if each["provisional"] else BAR)
    _line(pen, points, step, top)
    _dates(pen, points, step)
    picture = BytesIO()
    image.save(picture, "PNG", optimize=True)
    return picture.getvalue()


def axis_top(most: float) -> int:
    """Return a round number of yuan that is no less."""
    scale = 1
    while True:
        for step in STEPS:
            if step * scale * RULES >= most:
                return step * scale * RULES
        scale *= 10


def _amounts(point: Point) -> list[float]:
    return [each for each in (point["gmv"], point["fee"]) if each is not None]


def _height(amount: float, top: int) -> float:
    return BOTTOM - (BOTTOM - TOP) * min(max(amount, 0), top) / top


def _rules(pen: ImageDraw.ImageDraw, top: int) -> None:
    font = ImageFont.load_default(TEXT)
    pen.text((LEFT - 10, TOP / 3), "CNY", fill=INK, font=font, anchor="rm")
    for n in range(RULES + 1):
        amount = top * n // RULES
        height = _height(amount, top)
        pen.line((LEFT, height, RIGHT, height), fill=RULE, width=1)
        pen.text((LEFT - 10, height), _short(amount), fill=INK, font=font, anchor="rm")


def _short(yuan: int) -> str:
    return f"{yuan / THOUSAND:,g}k" if yuan >= THOUSAND else f"{yuan}"


def _line(pen: ImageDraw.ImageDraw, points: Sequence[Point], step: float, top: int) -> None:
    """Draw what was spent; a day that was not returned is a gap."""
    before: tuple[float, float] | None = None
    for n, each in enumerate(points):
        if each["fee"] is None:
            before = None
            continue
        here = (LEFT + (n + 0.5) * step, _height(each["fee"], top))
        if before:
            pen.line((*before, *here), fill=LINE, width=3)
        pen.ellipse((here[0] - 3, here[1] - 3, here[0] + 3, here[1] + 3), fill=LINE)
        before = here


def _dates(pen: ImageDraw.ImageDraw, points: Sequence[Point], step: float) -> None:
    font = ImageFont.load_default(TEXT)
    every = -(-len(points) // MOST_DATES) or 1
    for n, each in enumerate(points):
        if n % every == 0:
            place = (LEFT + (n + 0.5) * step, BOTTOM + 22)
            pen.text(place, each["label"], fill=INK, font=font, anchor="mm")
