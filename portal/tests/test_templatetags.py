from decimal import Decimal
from fractions import Fraction

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from campaigns.results.metrics import METRICS
from campaigns.results.shown import unknown


def shown(source: str, language: str = "en", **context) -> str:
    with translation.override(language):
        return Template("{% load redcat %}" + source).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("filtered", "figure", "expected"),
    [
        ("yuan", 123450, "1,234.50"),
        ("count", 1234567, "1,234,567"),
        ("percent", Decimal("0.129"), "12.90%"),
        ("percent", Fraction(1, 3), "33.33%"),
        ("percent", 0.00005, "0.01%"),
        ("percent", 12, "1,200.00%"),
        ("ratio", Decimal("2.045"), "2.05"),
        ("ratio", 0, "0.00"),
    ],
)
def test_figures_are_written_in_full_and_rounded_half_up(filtered, figure, expected):
    assert shown("{{ n|" + filtered + " }}", n=figure) == expected


@pytest.mark.parametrize(
    "filtered", ["yuan", "short_yuan", "count", "short_count", "percent", "ratio"]
)
def test_an_unknown_figure_is_a_dash_and_never_zero(filtered):
    assert shown("{{ n|" + filtered + " }}", n=None) == "—"


@pytest.mark.parametrize(("language", "expected"), [("zh-hans", "¥270.4万"), ("en", "¥2.70M")])
def test_short_figures_count_as_the_language_does(language, expected):
    assert shown("{{ n|short_yuan }}", language, n=270351700) == expected


def test_short_counts_are_plain_below_ten_thousand():
    assert shown("{{ n|short_count }}", n=9999) == "9,999"


@pytest.mark.parametrize(
    ("share", "expected"), [(Decimal("0.999"), "Maturity 99%"), (0.27, "Maturity 27%")]
)
def test_maturity_never_rounds_up_to_the_whole(share, expected):
    text = shown("{% maturity share %}", share=share)
    assert expected in text
    assert "full" not in text


def test_a_whole_window_is_mature():
    assert "Mature</span>" in shown("{% maturity share %}", share=Fraction(15, 15))


def test_a_status_is_a_word_with_an_icon():
    badge = shown('{% status "warn" "late" bare=True %}')
    assert 'class="st warn bare"' in badge
    assert "#alert-triangle" in badge
    assert "late" in badge


def test_a_missing_figure_says_why_to_eyes_fingers_and_ears():
    dash = shown("{% na reason %}", reason='"not" returned')
    assert 'title="&quot;not&quot; returned"' in dash
    assert 'aria-label="No figure: &quot;not&quot; returned"' in dash
    assert 'tabindex="0"' in dash


def test_words_from_outside_are_escaped():
    assert "<b>" not in shown('{% status "ok" word %}{% win word %}', word="<b>")


class Facts(forms.Form):
    score = forms.DecimalField(help_text="of five")


def test_a_field_with_an_error_is_tied_to_it():
    field = shown('{% include "components/field.html" with field=form.score %}', form=Facts({}))
    assert 'class="form-control is-invalid"' in field
    assert 'aria-describedby="id_score_helptext id_score_error"' in field
    assert 'id="id_score_error"' in field
    assert 'id="id_score_helptext"' in field


def test_a_step_that_is_not_returned_is_hatched_and_says_why():
    steps = [{"name": "Visit", "unit": "n", "missing_reason": "no column", "height": 40}]
    steps[0] |= {"next_height": 30, "figure": unknown(METRICS["store_visit"], "total", 15, "none")}
    funnel = shown('{% include "components/funnel.html" %}', steps=steps)
    assert 'class="bar none"' in funnel
    assert "no column" in funnel


def test_a_chart_carries_its_figures_as_data_and_its_sentence_as_name():
    chart = shown(
        '{% include "components/chart.html" with kind="trend" label="by day" %}',
        figures={"days": [], "word": "</script>"},
    )
    assert 'data-chart="trend"' in chart
    assert 'aria-label="by day"' in chart
    assert chart.count("</script>") == 1
