"""The plan's words about columns: names, units, values, shapes."""

import pytest
from support.raw_cohort import SENTINEL, raw_cohort, read, with_cell, without, write_csv

from afterglow import names as n
from afterglow.errors import DataError, PlanError
from afterglow.instruments.registry import get


def one_file(folder, text, **data):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "trial.csv").write_text(text, encoding="utf-8")
    return read(folder / "trial.csv", **data)


LONG = "id,arm,week,visit,hamd,base\n1,0,1,V1,20,30\n1,0,2,V2,10,30\n2,1,1,V1,25,28\n2,1,2,V2,,28\n"
SUBJECTS = {"columns": {"subject_id": "id"}}
SCORES = {
    "columns": {"subject_id": "id", "day": "week", "score": "hamd"},
    "units": {"day": "weeks"},
    "constants": {"instrument": "HAMD17", "timing": "off-dose", "scheduled": True},
}


def test_one_file_feeds_subjects_and_scores(tmp_path):
    cohort = one_file(tmp_path, LONG, scores=SCORES)
    assert cohort.subjects.columns.tolist() == ["subject_id", "arm"]
    assert cohort.scores[n.DAY].tolist() == [7.0, 14.0, 7.0]
    assert cohort.scores[n.TIMING].tolist() == ["off-dose"] * 3
    assert cohort.scores[n.SCHEDULED].tolist() == [True] * 3


def test_columns_kept_and_values_mapped(tmp_path):
    subjects = {
        **SUBJECTS,
        "values": {"arm": {"0": "placebo", "1": "drug"}},
        "keep": ["base"],
    }
    cohort = one_file(tmp_path, LONG, scores=SCORES, subjects=subjects)
    assert cohort.subjects["arm"].tolist() == ["placebo", "drug"]
    assert cohort.subjects["base"].tolist() == [30.0, 28.0]


def test_a_covariate_renamed(tmp_path):
    subjects = {"columns": {"subject_id": "id", "entry_score": "base"}}
    cohort = one_file(tmp_path, LONG, scores=SCORES, subjects=subjects)
    assert cohort.subjects["entry_score"].tolist() == [30.0, 28.0]


def test_conflicting_values_inside_a_subject(tmp_path):
    with pytest.raises(DataError, match=r"share subject_id and differ in hamd .*4 rows"):
        one_file(tmp_path, LONG, scores=SCORES, subjects={**SUBJECTS, "keep": ["hamd"]})


@pytest.mark.parametrize(
    ("unit", "days"),
    [("days", [1, 2, 1]), ("weeks", [7, 14, 7]), ("months", [30.4375, 60.875, 30.4375])],
)
def test_units(tmp_path, unit, days):
    cohort = one_file(tmp_path, LONG, scores={**SCORES, "units": {"day": unit}})
    assert cohort.scores[n.DAY].tolist() == days


def test_hours_are_exact_days(tmp_path):
    rows = "".join(f"1,{24 * day},20\n" for day in range(60))
    scores = {
        "columns": {"subject_id": "id", "day": "hour", "score": "hamd"},
        "constants": {"instrument": "HAMD17"},
        "units": {"day": "hours"},
    }
    cohort = one_file(tmp_path, f"id,hour,hamd\n{rows}", scores=scores)
    assert cohort.scores[n.DAY].tolist() == list(range(60))


def test_days_per_month_is_a_key(tmp_path):
    scores = {**SCORES, "units": {"day": "months"}}
    cohort = one_file(tmp_path, LONG, scores=scores, days_per_month=30)
    assert cohort.scores[n.DAY].tolist() == [30, 60, 30]


def test_visit_labels_to_days(tmp_path):
    scores = {
        "columns": {"subject_id": "id", "score": "hamd"},
        "constants": {"instrument": "HAMD17"},
        "visit_days": {"V1": 7, "V2": 15},
    }
    cohort = one_file(tmp_path, LONG, scores=scores)
    assert cohort.scores[[n.DAY, n.VISIT]].apply(tuple, axis=1).tolist() == [
        *((7.0, "V1"), (15.0, "V2"), (7.0, "V1")),
    ]
    scores["visit_days"] = {"V1": 7}
    with pytest.raises(DataError, match=r"scores.visit: has no day .*\(1 row: 2\)"):
        one_file(tmp_path, LONG, scores=scores)


def test_a_baseline_column_becomes_one_pre_dose_score(tmp_path):
    cohort = one_file(tmp_path, LONG, scores={**SCORES, "baseline": {"column": "base"}})
    first = cohort.scores[cohort.scores[n.DAY] == 0]
    assert first[[n.SUBJECT, n.SCORE, n.TIMING, n.INSTRUMENT]].to_numpy().tolist() == [
        ["1", 30.0, "pre-dose", "HAMD17"],
        ["2", 28.0, "pre-dose", "HAMD17"],
    ]
    assert cohort.account.rows("scores", "in") == 4 + 2
    assert cohort.account.rows("scores", "aside") == 1


def test_a_baseline_that_conflicts(tmp_path):
    text = LONG.replace("20,30", "20,31")
    with pytest.raises(DataError, match=r"scores.base: holds more than one baseline") as caught:
        one_file(
            tmp_path, text, scores={**SCORES, "baseline": {"column": "base"}, "duplicates": "mean"}
        )
    assert [list(problem.rows) for problem in caught.value.problems] == [[1, 2]]


def test_a_baseline_out_of_range_names_its_own_column(tmp_path):
    text = LONG.replace("25,28", "25,280").replace(",,28", ",,280")
    with pytest.raises(DataError, match=r"scores.base: is outside 0 to 52") as caught:
        one_file(tmp_path, text, scores={**SCORES, "baseline": {"column": "base"}})
    assert "280" not in str(caught.value)


def test_baseline_missing_for_a_subject(tmp_path):
    text = LONG.replace(",28", ",")
    cohort = one_file(tmp_path, text, scores={**SCORES, "baseline": {"column": "base"}})
    assert cohort.scores[n.SCORE].tolist() == [30, 20, 10, 25]
    assert cohort.account.rows("scores", "aside") == 2


WIDE = "id,bdi_pre,bdi_2m,bdi_8w\n1,29,2,\n2,32,16,24\n"
WIDE_SCORES = {
    "columns": {"subject_id": "id"},
    "constants": {"instrument": "BDI2"},
    "baseline": {"column": "bdi_pre"},
    "wide": [
        {"column": "bdi_2m", "month": 2, "visit": "two months"},
        {"column": "bdi_8w", "week": 8, "timing": "off-dose"},
    ],
}


def test_wide_scores_turn_long(tmp_path):
    cohort = one_file(tmp_path, WIDE, scores=WIDE_SCORES)
    columns = [n.SUBJECT, n.DAY, n.SCORE, n.TIMING, n.VISIT]
    assert cohort.scores[columns].to_numpy().tolist() == [
        ["1", 0.0, 29.0, "pre-dose", ""],
        ["1", 60.875, 2.0, "", "two months"],
        ["2", 0.0, 32.0, "pre-dose", ""],
        ["2", 56.0, 24.0, "off-dose", ""],
        ["2", 60.875, 16.0, "", "two months"],
    ]
    assert cohort.account.rows("scores", "in") == 2 * 2 + 2


SIDE_BY_SIDE = "subject_id,week,hamd,phq\nP1,0,24,18\nP1,2,11,\nP2,0,22,20\nP2,2,,9\n"
TWO_SCALES = {
    "columns": {"day": "week"},
    "units": {"day": "weeks"},
    "wide": [
        {"column": "hamd", "instrument": "HAMD17"},
        {"column": "phq", "instrument": "PHQ9"},
    ],
}


def test_scales_side_by_side_share_the_day_of_their_row(tmp_path):
    cohort = one_file(tmp_path, SIDE_BY_SIDE, scores=TWO_SCALES)
    columns = [n.SUBJECT, n.DAY, n.INSTRUMENT, n.SCORE]
    assert cohort.scores[columns].to_numpy().tolist() == [
        ["P1", 0.0, "HAMD17", 24.0],
        ["P1", 0.0, "PHQ9", 18.0],
        ["P1", 14.0, "HAMD17", 11.0],
        ["P2", 0.0, "HAMD17", 22.0],
        ["P2", 0.0, "PHQ9", 20.0],
        ["P2", 14.0, "PHQ9", 9.0],
    ]
    assert cohort.account.rows("scores", "in") == 2 * 4
    assert cohort.account.rows("scores", "aside") == 2


def test_a_missing_day_beside_two_scales_is_told_once(tmp_path):
    text = SIDE_BY_SIDE.replace("P2,0,", "P2,,")
    with pytest.raises(DataError) as caught:
        one_file(tmp_path, text, scores=TWO_SCALES)
    (problem,) = caught.value.problems
    assert (problem.column, problem.what, list(problem.rows)) == ("week", "is missing", [3])


def test_a_fault_in_a_wide_column_names_it(tmp_path):
    text = WIDE.replace(",16,", f",{SENTINEL},")
    with pytest.raises(DataError, match=r"scores.bdi_2m: holds text .*\(1 row: 2\)") as caught:
        one_file(tmp_path, text, scores=WIDE_SCORES)
    assert SENTINEL not in str(caught.value)


def test_a_file_of_another_name_and_a_table_of_a_folder(tmp_path):
    folder = write_csv(raw_cohort(), tmp_path / "raw")
    (folder / "scores.csv").rename(folder / "ratings.csv")
    assert len(read(folder, scores={"file": "ratings.csv"}).scores) == 6


def test_items_are_scored_by_the_instruments_rule(tmp_path):
    raw = without(raw_cohort(), "scores", "score")
    form = get("MADRS")
    for item in form.items:
        raw["scores"][item.id] = [1, 2, 3, 4, 5, None]
    raw["scores"]["item_1"][1] = None
    cohort = read(write_csv(raw, tmp_path / "raw"))
    assert cohort.scores[n.SCORE].tolist() == [10, 30, 40, 50]
    aside = {s.reason: s.n_rows for s in cohort.account.steps if s.step == "aside"}
    assert aside == {"no item answered": 1, "too few items answered": 1}


def test_items_that_no_rule_can_use(tmp_path):
    raw = without(raw_cohort(), "scores", "score")
    for item in get("MADRS").items:
        raw["scores"][item.id] = [1, 2, 3, 4, 5, 6]
    raw = with_cell(with_cell(raw, "scores", "item_3", 2, 7), "scores", "item_4", 5, SENTINEL)
    with pytest.raises(DataError) as caught:
        read(write_csv(raw, tmp_path / "raw"))
    found = {(p.column, tuple(p.rows)) for p in caught.value.problems}
    assert found == {("item_3", (2,)), ("item_4", (5,))}
    assert SENTINEL not in str(caught.value)


def test_items_missing_from_the_form(tmp_path):
    raw = without(raw_cohort(), "scores", "score")
    raw["scores"]["item_1"] = [1] * 6
    with pytest.raises(DataError, match="item_2"):
        read(write_csv(raw, tmp_path / "raw"))


def test_an_instrument_unknown_to_the_plan_itself(tmp_path):
    scores = {**WIDE_SCORES, "constants": {"instrument": "BDI22"}}
    with pytest.raises(PlanError, match=r"data.scores: .*Did you mean"):
        one_file(tmp_path, WIDE, scores=scores)


def test_a_word_mapped_to_nothing_is_missing(tmp_path):
    text = LONG.replace("1,0,2,V2,10", "1,0,2,V2,refused")
    scores = {**SCORES, "values": {"score": {"refused": ""}}}
    cohort = one_file(tmp_path, text, scores=scores)
    assert cohort.account.rows("scores", "aside") == 2


def test_blank_lines_quotes_and_a_byte_order_mark(tmp_path):
    text = ("\ufeff" + LONG.replace("V1", '"V,1"') + "\n\n").replace("\n", "\r\n")
    cohort = one_file(tmp_path, text, scores={**SCORES, "columns": {**SCORES["columns"]}})
    assert cohort.scores[n.VISIT].tolist() == ["V,1", "V2", "V,1"]


def test_an_index_column_without_a_name_is_left_alone(tmp_path):
    lines = LONG.strip().split("\n")
    text = "\n".join([f",{lines[0]}", *(f"{k},{line}" for k, line in enumerate(lines[1:]))])
    assert len(one_file(tmp_path, f"{text}\n", scores=SCORES).scores) == 3


def both(score):
    """A PHQ-9 table with totals, items, or both."""
    raw = raw_cohort()
    raw["scores"]["instrument"] = ["PHQ9"] * 5 + ["MADRS"]
    raw["scores"]["score"] = [9, None, None, score, 27, 33]
    for number in range(1, 10):
        raw["scores"][f"item_{number}"] = [1, 2, 3, 1, None, None]
    raw["scores"]["item_9"][2] = None
    return raw


def test_a_missing_score_is_made_from_its_items(tmp_path):
    cohort = read(write_csv(both(9), tmp_path / "raw"))
    assert cohort.scores[n.SCORE].tolist() == [9, 18, 27, 9, 27, 33]
    assert cohort.item_totals == {"complete": 1, "prorated": 1}
    assert cohort.ignored == {}


def test_a_score_that_contradicts_its_items(tmp_path):
    with pytest.raises(DataError, match=r"scores.score: differs from the total .*\(1 row: 4\)"):
        read(write_csv(both(10), tmp_path / "raw"))
