"""Reads one document from standard input and prints its content type, or why it is refused.

A program of its own, run by portal/lib/documents.py: a hostile file may only exhaust the limits
that this process sets itself before it looks. It imports nothing of ours.
"""

import re
import resource
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import chain

from PIL import ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

MEMORY = 1024**3
CPU_SECONDS = 10
PIXELS = 50_000_000
PAGES = 500
UNPACKED = 256 * 1024**2
CHUNK = 64 * 1024
OVERLAP = 256  # longer than any name that is looked for, so that none hides between two chunks

READERS: dict[str, Callable[[BytesIO], ImageFile.ImageFile]] = {
    "image/png": PngImagePlugin.PngImageFile,
    "image/jpeg": JpegImagePlugin.JpegImageFile,
    "image/webp": WebPImagePlugin.WebPImageFile,
}
BROKEN = (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error, zlib.error)

HEADER = re.compile(rb"%PDF-[12]\.\d")
TRAILER = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF[\s\0]*\Z")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"(?<!end)stream\r?\n")
PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|Rendition|SubmitForm|ImportData|GoToE)"
    rb"(?![A-Za-z])"
)
ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z])")
PACKED_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z])")
PLAIN_FILTER = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])(?![A-Za-z])")


class Refused(Exception):
    """The one argument is a word that portal/lib/documents.py has a sentence for."""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = content_type(sys.stdin.buffer.read())
    except Refused as refusal:
        answer = str(refusal)
    except MemoryError:
        answer = "large"
    sys.stdout.write(answer)


def content_type(raw: bytes) -> str:
    found = _signature(raw)
    if found in READERS:
        _check_picture(raw, found)
    else:
        _check_pdf(raw)
    return found


def _signature(raw: bytes) -> str:
    if raw.startswith(b"%PDF-"):
        return "application/pdf"
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if raw.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return "image/webp"
    raise Refused("kind")


def _check_picture(raw: bytes, kind: str) -> None:
    try:
        picture = READERS[kind](BytesIO(raw))
        if picture.width * picture.height > PIXELS:
            raise Refused("large")
        if getattr(picture, "n_frames", 1) > 1:
            raise Refused("frames")
        picture.load()
    except BROKEN as problem:
        raise Refused("damaged") from problem


def _check_pdf(raw: bytes) -> None:
    trailer = TRAILER.search(raw[-2048:])
    if not HEADER.match(raw) or not trailer or int(trailer[1]) >= len(raw):
        raise Refused("damaged")
    plain = _unescaped(raw)
    if ENCRYPTED.search(plain):
        raise Refused("locked")
    if any(not _is_plain(plain, each.start()) for each in PACKED_OBJECTS.finditer(plain)):
        raise Refused("active")
    pages = 0
    for part in chain([plain], _unpacked(raw)):
        if ACTIVE.search(part):
            raise Refused("active")
        pages += len(PAGE.findall(part))
    if not 1 <= pages <= PAGES:
        raise Refused("pages")


def _is_plain(plain: bytes, at: int) -> bool:
    """Whether packed objects are packed as `_unpacked` can open them; else they may hide some."""
    start, end = plain.rfind(b"obj", 0, at), plain.find(b"stream", at)
    described = plain[max(start, 0) : end]
    return (
        end > 0
        and b"/DecodeParms" not in described
        and described.count(b"/Filter") == len(PLAIN_FILTER.findall(described))
    )


def _unpacked(raw: bytes) -> Iterator[bytes]:
    """Yield what the compressed streams hold, a piece at a time; each begins where one ended."""
    left = UNPACKED
    view = memoryview(raw)
    for stream in STREAM.finditer(raw):
        tail = b""
        for piece in _inflated(view[stream.end() :]):
            left -= len(piece)
            if left < 0:
                raise Refused("large")
            yield _unescaped(tail + piece)
            tail = piece[-OVERLAP:]


def _inflated(packed: memoryview) -> Iterator[bytes]:
    opener = zlib.decompressobj()
    try:
        for start in range(0, len(packed), CHUNK):
            fed = bytes(packed[start : start + CHUNK])
            while fed and not opener.eof:
                yield opener.decompress(fed, CHUNK)
                fed = opener.unconsumed_tail
            if opener.eof:
                return
    except zlib.error:
        return  # not compressed this way, or the end of what is


def _unescaped(names: bytes) -> bytes:
    """Return names as they are meant: /J#61vaScript is /JavaScript."""
    return ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), names)


if __name__ == "__main__":
    main()
