"""A QR code as a drawing: the squares are those of the standard, the words can hurt nobody."""

import re

import segno

from portal.lib.qr import qr_svg

ADDRESS = "https://s.example.test/j/8f3kq2ab"


def test_each_dark_module_is_drawn_once_where_it_belongs():
    drawn = {
        (int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", qr_svg(ADDRESS, label=""))
    }
    modules = [list(row) for row in segno.make(ADDRESS, micro=False).matrix_iter(border=2)]

    assert drawn == {
        (x, y) for y, row in enumerate(modules) for x, is_dark in enumerate(row) if is_dark
    }


def test_the_drawing_is_as_wide_as_its_modules_and_their_margin():
    assert f'viewBox="0 0 {25 + 4} {25 + 4}"' in qr_svg("a" * 20, label="")


def test_the_label_is_text_and_no_markup():
    assert "&lt;b&gt;" in qr_svg(ADDRESS, label="<b>")
