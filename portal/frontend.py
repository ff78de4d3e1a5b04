"""Put the browser's files in place: `python -m portal.frontend`, after npm has fetched them.

Single files with their maps, never whole folders, and one sprite of the icons that are used.
Safe to run again; what has not changed is not written.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "portal" / "static" / "vendor"
FILES = (
    "@tabler/core/dist/css/tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map",
    "echarts/dist/echarts.common.min.js",
)
# Named by a variable in a template, so that reading the templates does not find them.
NAMED_IN_CODE = frozenset(
    {
        *("alert-triangle", "ban", "check", "circle-check", "circle-x", "clock", "hourglass"),
        *("info-circle", "minus", "player-pause", "player-play", "refresh", "robot", "send"),
        *("user", "x"),
    }
)
ICON_TAG = re.compile(r"{%\s*icon\s+[\"']([a-z0-9-]+)[\"']")
SHAPE = re.compile(r"<(?!path stroke=.none.)(?:path|circle|rect|line|polyline|ellipse)\b[^>]*/>")


class Missing(Exception):
    """A file that npm should have fetched is not there."""


def main() -> None:
    try:
        place_files()
        place_sprite()
    except Missing as problem:
        sys.exit(f"Front-end files: {problem}")


def place_files() -> None:
    for name in FILES:
        source = MODULES / name
        if not source.is_file():
            raise Missing(f"node_modules/{name} is missing; run npm ci first.")
        _write(VENDOR / source.name, source.read_bytes())


def place_sprite() -> None:
    symbols = "\n".join(_symbol(name) for name in sorted(used_icons()))
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    _write(VENDOR / "icons.svg", sprite.encode())


def used_icons() -> frozenset[str]:
    return NAMED_IN_CODE.union(*(ICON_TAG.findall(path.read_text()) for path in _templates()))


def _templates() -> Iterator[Path]:
    for folder in ("templates", "portal", "merchants", "campaigns"):
        yield from (ROOT / folder).rglob("*.html")


def _symbol(name: str) -> str:
    source = MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
    if not source.is_file():
        raise Missing(f"there is no icon {name!r} in node_modules/@tabler/icons.")
    shapes = "".join(SHAPE.findall(source.read_text()))
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def _write(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    main()
