"""Items to totals: worked by hand, missing items, and what is refused."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from afterglow.errors import DataError, UsageError
from afterglow.instruments.registry import get, load_library
from afterglow.scores.scoring import REASONS, check_totals, score_items

NA = np.nan


def answers(*rows):
    return pd.DataFrame(rows, columns=[f"item_{i}" for i in range(1, len(rows[0]) + 1)])


def total(instrument, row, **options):
    (score,) = score_items(answers(row), get(instrument), **options).checked().scores["score"]
    return score


def test_qids_counts_nine_domains():
    # Domains: sleep max(3,1,2,0) = 3, mood 2, appetite and weight max(0,1,2) = 2,
    # concentration 1, self-view 2, suicide 0, interest 3, energy 1, psychomotor max(2,1) = 2.
    row = [3, 1, 2, 0, 2, 0, NA, 1, 2, 1, 2, 0, 3, 1, 2, 1]
    assert total("QIDSSR16", row) == 3 + 2 + 2 + 1 + 2 + 0 + 3 + 1 + 2


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"item_6": NA}, "complete", id="one of the appetite pair"),
        pytest.param({"item_6": NA, "item_8": NA}, "complete", id="one of each pair"),
        pytest.param({"item_6": NA, "item_7": NA}, "too few items answered", id="a whole pair"),
        pytest.param({"item_1": NA}, "too few items answered", id="a sleep item"),
        pytest.param({"item_16": NA}, "too few items answered", id="a psychomotor item"),
    ],
)
def test_qids_needs_one_of_each_pair_and_all_others(changed, reason):
    frame = answers([1.0] * 16).assign(**changed)
    result = score_items(frame, get("QIDSSR16"))
    assert result.scores["reason"].tolist() == [reason]
    assert result.scores["score"].isna().tolist() == [reason != "complete"]


def test_ids_scores_28_of_30_items():
    assert total("IDSSR30", [1] * 30) == 28
    row = [0] * 30
    row[10], row[11] = 3, NA
    row[12], row[13] = NA, 2
    assert total("IDSSR30", row) == 5


def test_pairs_answered_on_both_sides_are_counted():
    one_sided = [0] * 10 + [3, 0, NA, 2] + [0] * 16
    two_sided = [0] * 10 + [3, 1, 0, 2] + [0] * 16
    result = score_items(answers(one_sided, two_sided), get("IDSSR30"))
    assert result.scores["score"].tolist() == [5, 5]
    assert result.both_answered == 1


def test_hamd6_from_hamd17():
    row = [4, 3, 2, 1, 0, 2, 3, 1, 2, 4, 1, 0, 2, 1, 0, 1, 0]
    expected = 4 + 3 + 3 + 1 + 4 + 2
    hamd17 = score_items(answers(row), get("HAMD17")).checked()
    assert hamd17.scores["score"].tolist() == [sum(row)]
    assert hamd17.scores["HAMD6"].tolist() == [expected]
    assert hamd17.scores["sleep"].tolist() == [1 + 0 + 2]
    hamd6 = get("HAMD6")
    assert total("HAMD6", row, items=hamd6.items_in("HAMD17")) == expected


def test_items_of_a_longer_form_are_not_taken_for_a_shorter_one():
    frame = answers([1] * 17, [1] * 6 + [NA] * 11)
    result = score_items(frame, get("HAMD6"))
    assert result.scores["score"].tolist() == pytest.approx([NA, 6], nan_ok=True)
    with pytest.raises(DataError, match=r"item_7, .*item_17 \(1 row: 1\)"):
        result.checked()


def test_hama_psychic_and_somatic():
    row = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3]
    scores = score_items(answers(row), get("HAMA")).checked().scores
    assert scores[["score", "psychic", "somatic"]].to_numpy().tolist() == [[23, 9, 14]]


@pytest.mark.parametrize(
    ("row", "expected", "reason"),
    [
        ([2, 4, 6, 8, 10, 0, 5], 5.0, "complete"),
        ([2, 4, 6, 8, NA, NA, NA], 5.0, "prorated"),
        ([2, 4, 6, NA, NA, NA, NA], NA, "too few items answered"),
        ([NA] * 7, NA, "no item answered"),
    ],
)
def test_bpi_interference_is_a_mean_of_at_least_four(row, expected, reason):
    scores = score_items(answers(row), get("BPI_I")).checked().scores
    assert scores["score"].tolist() == pytest.approx([expected], nan_ok=True)
    assert scores["reason"].tolist() == [reason]


def test_phq9_prorates_up_to_two_missing_items():
    rows = answers([3] * 9, [NA, *[2] * 8], [NA, NA, *[1] * 7], [NA] * 3 + [1] * 6)
    declared = score_items(rows, get("PHQ9")).checked()
    assert declared.scores["score"].tolist() == pytest.approx([27, 18, 9, NA], nan_ok=True)
    assert declared.counts == {
        "complete": 1,
        "prorated": 2,
        "no item answered": 0,
        "too few items answered": 1,
        "item unusable": 0,
    }
    assert declared.summary() == "4 rows: 1 complete, 2 prorated, 1 too few items answered."
    complete = score_items(rows, get("PHQ9"), missing="complete").checked()
    assert complete.scores["score"].tolist() == pytest.approx([27, NA, NA, NA], nan_ok=True)


def test_prorating_is_the_mean_times_the_items():
    assert total("GAD7", [3, 2, 1, 0, 1, NA, NA]) == pytest.approx(7 / 5 * 7)


PRORATING = [each.id for each in load_library() if each.form.missing_allowed]


@pytest.mark.parametrize("name", PRORATING)
@pytest.mark.parametrize("end", ["minimum", "maximum"])
def test_a_prorated_total_is_exact_and_so_keeps_to_the_range(name, end):
    instrument = get(name)
    size = len(instrument.items)
    for gone in range(instrument.form.missing_allowed + 1):
        row = [NA] * gone + [getattr(item, end) for item in instrument.items[gone:]]
        mean = Fraction(int(sum(row[gone:])), size - gone)
        found = total(name, row)
        assert found == float(mean if instrument.form.combine == "mean" else mean * size)
        assert check_totals(pd.Series([found]), instrument) == []


@pytest.mark.parametrize("name", ["MADRS", "HAMD17", "YBOCS", "PCL5", "BPI_S"])
def test_without_a_rule_one_missing_item_makes_the_total_missing(name):
    row = [1] * len(get(name).items)
    row[0] = NA
    assert np.isnan(total(name, row))


def test_unusable_answers_are_refused_and_never_clipped():
    frame = answers([6] * 10, [7, *[0] * 9], [-1, *[0] * 9], [2.5, *[0] * 9]).astype(object)
    frame.loc[4] = ["much", *[0] * 9]
    result = score_items(frame, get("MADRS"))
    assert result.scores["score"].tolist() == pytest.approx([60, NA, NA, NA, NA], nan_ok=True)
    assert result.counts["item unusable"] == 4
    assert [(problem.column, problem.rows) for problem in result.problems] == [
        ("item_1", (5,)),
        ("item_1", (2, 3)),
        ("item_1", (4,)),
    ]
    with pytest.raises(DataError) as caught:
        result.checked()
    assert "much" not in str(caught.value)


def test_an_unusable_answer_is_not_prorated_away():
    result = score_items(answers([9, *[1] * 8]), get("PHQ9"))
    assert result.scores["score"].isna().all()
    assert result.scores["suicidal_ideation"].tolist() == [1]


def test_columns_by_order_and_by_name():
    frame = pd.DataFrame({"a": [1], "b": [2], "c": [3], "d": [4]})
    bpi = get("BPI_S")
    assert score_items(frame, bpi, items=["a", "b", "c", "d"]).scores["score"].tolist() == [2.5]
    renamed = {"item_1": "d", "item_2": "c", "item_3": "b", "item_4": "a"}
    assert score_items(frame, bpi, items=renamed).scores["score"].tolist() == [2.5]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (["a", "b", "c"], "needs 4 different columns"),
        (["a", "b", "c", "c"], "3 were named"),
        ({"item_9": "a"}, "item_9"),
    ],
)
def test_items_must_name_the_form(items, message):
    frame = pd.DataFrame({"a": [1], "b": [2], "c": [3], "d": [4]})
    with pytest.raises(UsageError, match=message):
        score_items(frame, get("BPI_S"), items=items)


def test_absent_columns_are_all_named():
    with pytest.raises(DataError) as caught:
        score_items(pd.DataFrame({"item_1": [1], "itm_2": [1]}), get("BPI_S"))
    assert [problem.column for problem in caught.value.problems] == ["item_2", "item_3", "item_4"]
    assert "Did you mean 'itm_2'?" in str(caught.value)


def test_items_of_a_version_with_totals_only_cannot_be_scored():
    with pytest.raises(UsageError, match="only totals are known"):
        score_items(answers([0] * 21), get("HAMD17").version("21 items"))


def test_unknown_missing_rule():
    with pytest.raises(UsageError, match="Did you mean 'complete'"):
        score_items(answers([0] * 9), get("PHQ9"), missing="complet")


def test_rows_keep_their_order_and_the_input_is_untouched():
    rng = np.random.default_rng(20260101)
    frame = answers(*rng.integers(0, 4, (40, 16)).astype(float).tolist())
    frame.index = rng.permutation(40)
    before = frame.copy()
    scores = score_items(frame, get("QIDSSR16")).scores
    backwards = score_items(frame[::-1], get("QIDSSR16")).scores
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(scores[::-1].reset_index(drop=True), backwards)
    assert list(scores.index) == list(range(40))


@pytest.mark.parametrize("dtype", ["Int64", "float32", "object", "int8"])
def test_any_numeric_column_type(dtype):
    assert total("GAD7", [1] * 7) == 7
    frame = answers([1] * 7).astype(dtype)
    assert score_items(frame, get("GAD7")).checked().scores["score"].tolist() == [7]


def test_empty_table():
    result = score_items(answers([0] * 9).iloc[:0], get("PHQ9"))
    assert result.counts == dict.fromkeys(REASONS, 0)
    assert result.summary() == "0 rows."


def test_totals_are_checked_against_the_scale():
    totals = pd.Series([0, 80, 81, -1, 2.5, None, "ill"])
    problems = check_totals(totals, get("PCL5"))
    assert [(problem.column, problem.rows) for problem in problems] == [
        ("score", (7,)),
        ("score", (3, 4)),
        ("score", (5,)),
    ]
    assert "DSM-IV" in problems[1].remedy
    assert "ill" not in " ".join(map(str, problems)).replace("fill", "")


@pytest.mark.parametrize("name", ["BPI_I", "PHQ9", "NRS"])
def test_fractions_are_fine_where_totals_can_have_them(name):
    assert check_totals(pd.Series([2.5]), get(name)) == []


def test_totals_of_another_version():
    totals = pd.Series([60, 64])
    assert check_totals(totals, get("HAMD17").version("21 items")) == []
    (problem,) = check_totals(totals, get("HAMD17"), table="visits", column="hamd")
    assert (problem.table, problem.column, problem.rows) == ("visits", "hamd", (1, 2))


NEW_SCALE = """
id = "CALM"
name = "Calm scale"
measures = "calm"
reference = "test"
rater = ["self"]
higher_is = "better"
scale = "interval"
licence = "none"

[recall]
text = "today"
source = "test"
confidence = "established"

[form]
count = 3
item_range = [1, 5]
item_ranges = { item_3 = [0, 10] }
reversed = ["item_2"]
range = [2, 20]
source = "test"
confidence = "established"

[[remission]]
at_least = 15
used_by = "test"
source = "test"
confidence = "uncertain"
"""


def test_a_new_instrument_is_a_new_file(tmp_path):
    (tmp_path / "calm.toml").write_text(NEW_SCALE, encoding="utf-8")
    calm = load_library(tmp_path).get("calm")
    assert calm.best == 20
    scores = score_items(answers([5, 1, 10], [1, 5, 0], [4, 2, 3]), calm).checked().scores
    assert scores["score"].tolist() == [20, 2, 4 + 4 + 3]
