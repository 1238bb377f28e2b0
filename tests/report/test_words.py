"""Words in line: lists, counts, capitals, names of columns."""

import pytest

from afterglow.report import words


@pytest.mark.parametrize(
    ("items", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_ends_in_and(items, text):
    assert words.listed(items) == text


@pytest.mark.parametrize(
    ("n", "text"),
    [(0, "0\u00a0days"), (1, "1\u00a0day"), (2, "2\u00a0days"), (1500, "1,500\u00a0days")],
)
def test_a_count_agrees_with_its_noun(n, text):
    assert words.counted(n, "day") == text


@pytest.mark.parametrize(
    ("text", "small"), [("Response", "response"), ("ECT", "ECT"), ("A4", "A4")]
)
def test_an_acronym_keeps_its_capitals(text, small):
    assert words.lower_first(text) == small


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("dose_mg", "Dose, mg"),
        ("prior_treatment_failures", "Prior treatment failures"),
        ("sbp_rise", "Systolic blood pressure rise"),
    ],
)
def test_a_column_is_named_in_words(code, label):
    assert words.variable_label(code) == label


@pytest.mark.parametrize(
    ("code", "text"),
    [("booster", "a booster"), ("ect", "ECT"), ("death", "death"), ("moved_away", "a moved away")],
)
def test_an_event_has_its_article(code, text):
    assert words.with_article(code) == text


def test_an_anchor_is_small_letters_digits_and_hyphens():
    assert words.anchor("analysis", "Relapse_2") == "analysis-relapse-2"
