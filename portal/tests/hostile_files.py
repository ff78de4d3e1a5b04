"""Documents as people and attackers make them, built byte by byte."""

import struct
import zlib
from io import BytesIO

from PIL import Image

PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"


def picture(kind: str, size: tuple[int, int] = (40, 30), **options) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "crimson").save(file, kind, **options)
    return file.getvalue()


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    file = BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def png_bomb(side: int = 60_000) -> bytes:
    """A picture of a few bytes that declares and packs gigabytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1024 * 1024))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def pdf(*objects: bytes, page: bytes = PAGE, trailer: bytes = b"") -> bytes:
    body = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    body += b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    body += b"3 0 obj\n" + page + b"\nendobj\n"
    for number, each in enumerate(objects, 4):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    end = b"trailer\n<< /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (trailer, len(body))
    return body + b"xref\n0 1\n0000000000 65535 f \n" + end


def stream(content: bytes, described: bytes = b"/Filter /FlateDecode") -> bytes:
    packed = zlib.compress(content)
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(packed), described, packed)


def noise(kind: str) -> bytes:
    """A picture that can't be packed into a few bytes."""
    file = BytesIO()
    Image.effect_noise((300, 300), 50).save(file, kind)
    return file.getvalue()


def pdf_bomb(megabytes: int = 300) -> bytes:
    packer = zlib.compressobj()
    packed = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(megabytes))
    return pdf(b"<< /Filter /FlateDecode >>\nstream\n" + packed + packer.flush() + b"\nendstream")


SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"
PACKED = b"/Type /ObjStm /N 1 /First 4 "
PACKED_PLAINLY = PACKED + b"/Filter /FlateDecode"
PACKED_TWICE = PACKED + b"/Filter [/ASCIIHexDecode /FlateDecode]"

HOSTILE = {
    "nothing at all": (b"", "kind"),
    "a page of HTML": (b"<!doctype html><script>alert(1)</script>", "kind"),
    "an SVG with a script": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "kind"),
    "a GIF": (picture("GIF"), "kind"),
    "a program": (b"MZ\x90\x00" + bytes(400), "kind"),
    "a zip": (b"PK\x03\x04" + bytes(400), "kind"),
    "a PDF behind a page of HTML": (b"<script>alert(1)</script>" + pdf(), "kind"),
    "a TIFF": (picture("TIFF"), "kind"),
    "the first bytes of a PNG": (b"\x89PNG\r\n\x1a\n", "damaged"),
    "half a PNG": (noise("PNG")[:20_000], "damaged"),
    "half a JPEG": (noise("JPEG")[:9_000], "damaged"),
    "half a WebP": (noise("WEBP")[:9_000], "damaged"),
    "a picture bomb": (png_bomb(), "large"),
    "a picture of 51 million dots": (png_bomb(7150), "large"),
    "a moving PNG": (moving("PNG"), "frames"),
    "a moving WebP": (moving("WEBP"), "frames"),
    "a PDF without its end": (pdf()[:-20], "damaged"),
    "a PDF with a zip behind it": (pdf() + b"PK\x03\x04" + bytes(400), "damaged"),
    "a PDF with a script": (pdf(SCRIPT), "active"),
    "a PDF with a masked script": (pdf(b"<< /S /J#61va#53cript /JS (x) >>"), "active"),
    "a PDF with a packed script": (pdf(stream(b"4 0 " + SCRIPT, PACKED_PLAINLY)), "active"),
    "a PDF with a script far inside": (pdf(stream(bytes(65_530) + SCRIPT)), "active"),
    "a PDF packed beyond sight": (pdf(stream(b"", PACKED + b"/Filter /LZWDecode")), "active"),
    "a PDF packed twice": (pdf(stream(b"", PACKED_TWICE)), "active"),
    "a PDF that launches": (pdf(b"<< /S /Launch /F (cmd.exe) >>"), "active"),
    "a PDF with a file in it": (pdf(b"<< /Type /EmbeddedFile >>"), "active"),
    "a PDF with a password": (pdf(trailer=b"/Encrypt 4 0 R"), "locked"),
    "a PDF without a page": (pdf(page=b"<< >>"), "pages"),
    "a PDF of too many pages": (pdf(stream(PAGE * 600)), "pages"),
    "a PDF bomb": (pdf_bomb(), "large"),
}
