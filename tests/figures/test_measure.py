"""Lines broken to a width keep every letter and never exceed it."""

import pytest

from afterglow.figures.measure import text_width, wrapped

SENTENCE = "no baseline score in the window from fourteen days before the first session"


@pytest.mark.parametrize("width", [40.0, 90.0, 400.0])
def test_no_line_is_too_wide_and_nothing_is_lost(width):
    lines = wrapped(SENTENCE, width)
    assert max(text_width(line) for line in lines) <= width
    assert "".join(lines).replace(" ", "") == SENTENCE.replace(" ", "")


def test_words_that_fit_are_not_cut():
    assert " ".join(wrapped(SENTENCE, 90.0)) == SENTENCE


def test_a_no_break_space_does_not_break():
    width = text_width("lost (n\u00a0=\u00a03)") - 1
    assert wrapped("lost (n\u00a0=\u00a03)", width) == ["lost", "(n\u00a0=\u00a03)"]


def test_bold_is_wider():
    assert text_width("Evaluable", weight="bold") > text_width("Evaluable") > 0


def test_no_words_are_one_empty_line():
    assert wrapped("", 50.0) == [""]
