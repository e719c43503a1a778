"""Filters of the templates."""

import pytest

from eqfund.templatetags.eqfund import unbroken


@pytest.mark.parametrize(
    ("name", "html"),
    [
        (
            "นางสมศรี ดอยธารฟ้า",
            '<span class="keep">นางสมศรี</span> <span class="keep">ดอยธารฟ้า</span>',
        ),
        ("", ""),
        ("<b> x", '<span class="keep">&lt;b&gt;</span> <span class="keep">x</span>'),
    ],
)
def test_a_name_breaks_between_its_words_alone(name, html):
    assert unbroken(name) == html
