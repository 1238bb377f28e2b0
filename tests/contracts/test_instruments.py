"""What holds for every instrument, also for one that somebody adds tomorrow."""

import tomllib
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from afterglow.instruments.facts import CAUTION
from afterglow.instruments.registry import get, ids, load_library
from afterglow.scores.scoring import check_totals, score_items

FILES = sorted(files("afterglow.instruments").joinpath("library").iterdir(), key=lambda f: f.name)
SHIPPED = [
    *("BDI2", "BPI_I", "BPI_S", "CADSS", "CAPS5", "CSSRS_SI", "GAD7", "HAMA", "HAMD17", "HAMD6"),
    *("IDSSR30", "MADRS", "NRS", "PCL5", "PHQ9", "QIDSSR16", "YBOCS"),
]
VERSIONS = [
    pytest.param(instrument.version(name), id=f"{instrument.id}/{name}")
    for instrument in load_library()
    for name in instrument.version_names
]
SCORABLE = [param for param in VERSIONS if param.values[0].items]

every_version = pytest.mark.parametrize("instrument", VERSIONS)
every_scorable = pytest.mark.parametrize("instrument", SCORABLE)
every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


def one_row(instrument, choose):
    return pd.DataFrame({item.id: [choose(item)] for item in instrument.items})


def worst_answer(item):
    return item.minimum if item.reversed else item.maximum


def best_answer(item):
    return item.maximum if item.reversed else item.minimum


def numbers_without_origin(value, path="", covered=False):
    """Yield the places of numbers that no enclosing table gives a source and confidence."""
    if isinstance(value, dict):
        covered = covered or {"source", "confidence"} <= value.keys()
        for key, inner in value.items():
            yield from numbers_without_origin(inner, f"{path}.{key}", covered)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers_without_origin(inner, path, covered)
    elif isinstance(value, int | float) and not isinstance(value, bool) and not covered:
        yield path


def facts_of(content):
    if isinstance(content, dict):
        if "confidence" in content:
            yield content
        content = list(content.values())
    if isinstance(content, list):
        for inner in content:
            yield from facts_of(inner)


def test_the_scales_of_the_field_are_shipped():
    assert list(ids()) == SHIPPED


@every_file
def test_file_is_called_as_its_id(file):
    assert tomllib.loads(file.read_text(encoding="utf-8"))["id"].lower() + ".toml" == file.name


@every_file
def test_every_number_has_source_and_confidence(file):
    assert list(numbers_without_origin(tomllib.loads(file.read_text(encoding="utf-8")))) == []


def test_a_number_without_origin_would_be_found():
    content = {"form": {"range": [0, 1]}, "bands": [{"low": 2, "source": "s", "confidence": "c"}]}
    assert list(numbers_without_origin(content)) == [".form.range", ".form.range"]


@every_file
def test_what_is_not_traced_is_called_uncertain(file):
    for fact in facts_of(tomllib.loads(file.read_text(encoding="utf-8"))):
        assert (fact["confidence"] == "uncertain") == ("not traced" in fact["source"])


@every_scorable
def test_extremes_of_items_give_extremes_of_the_range(instrument):
    highest = score_items(one_row(instrument, worst_answer), instrument).checked()
    lowest = score_items(one_row(instrument, best_answer), instrument).checked()
    assert highest.scores["score"].tolist() == [instrument.maximum]
    assert lowest.scores["score"].tolist() == [instrument.minimum]
    for subscale in instrument.subscales:
        assert highest.scores[subscale.id].tolist() == [subscale.maximum]
        assert lowest.scores[subscale.id].tolist() == [subscale.minimum]


@every_scorable
def test_every_item_counts_once(instrument):
    parts = [item for part in instrument.form.parts for item in part]
    expected = {item.id for item in instrument.items} - set(instrument.form.unscored)
    assert len(parts) == len(set(parts))
    assert set(parts) == expected


@every_scorable
def test_reversal_is_an_involution(instrument):
    for item in instrument.items:
        for score in (item.minimum, item.maximum, item.minimum + 1):
            assert item.reverse(item.reverse(score)) == score


@every_scorable
def test_one_point_too_many_is_refused(instrument):
    for item in instrument.items:
        frame = one_row(instrument, best_answer).assign(**{item.id: item.maximum + 1})
        result = score_items(frame, instrument)
        assert [problem.column for problem in result.problems] == [item.id]
        assert result.scores["score"].isna().all()


@every_version
def test_totals_outside_the_range_are_refused(instrument):
    totals = pd.Series([instrument.minimum, instrument.maximum + 1, instrument.minimum - 1])
    (problem,) = check_totals(totals, instrument)
    assert problem.rows == (2, 3)


@every_version
def test_best_and_worst_are_the_ends(instrument):
    assert {instrument.best, instrument.worst} == {instrument.minimum, instrument.maximum}
    assert (instrument.best == instrument.minimum) == (instrument.higher_is == "worse")


@every_version
def test_bands_cover_the_range_without_gap_or_overlap(instrument):
    for bands in instrument.bands:
        for total in np.arange(instrument.minimum, instrument.maximum + 1):
            inside = [label for label, (low, high) in bands.ranges.items() if low <= total <= high]
            assert len(inside) == 1, (bands.used_by, total)


@every_version
def test_cutoffs_lie_inside_the_range_on_their_side(instrument):
    well = "low" if instrument.higher_is == "worse" else "high"
    for cutoff in instrument.remission:
        assert cutoff.favours == well
        assert instrument.minimum <= cutoff.value < instrument.maximum
    for cutoff in instrument.thresholds:
        assert cutoff.favours != well
        assert instrument.minimum < cutoff.value < instrument.maximum


@every_version
def test_changes_fit_into_the_scale(instrument):
    for change in (*instrument.response, *instrument.meaningful_change):
        amount = change.points if change.percent is None else change.percent
        largest = instrument.maximum - instrument.minimum if change.percent is None else 100
        assert (np.atleast_1d(amount) > 0).all()
        assert (np.atleast_1d(amount) < largest).all()


@every_version
def test_percent_change_needs_an_interval_scale(instrument):
    if instrument.scale != "interval":
        assert not instrument.percent_change_allowed
    assert instrument.percent_change_allowed == (instrument.percent_change_reason == "")
    if not instrument.percent_change_allowed:
        assert all(response.percent is None for response in instrument.response)


@every_version
def test_every_meaning_names_who_uses_it(instrument):
    for fact in (*instrument.response, *instrument.remission, *instrument.thresholds):
        assert fact.used_by


@every_version
def test_notebook_warns_exactly_of_the_uncertain_numbers(instrument):
    own = list(facts_of(instrument.model_dump(mode="json", exclude={"versions"})))
    groups = len(instrument.form.groups) + 1
    uncertain = sum(fact["confidence"] == "uncertain" for fact in own)
    uncertain += groups * (instrument.form.confidence == "uncertain")
    uncertain += sum(v.form.confidence == "uncertain" for v in instrument.versions if v.form)
    assert instrument._repr_html_().count(CAUTION) == uncertain


@every_version
def test_parts_taken_from_another_instrument_have_its_ranges(instrument):
    for origin in instrument.taken_from:
        other = {item.id: (item.minimum, item.maximum) for item in get(origin.instrument).items}
        mine = [(item.minimum, item.maximum) for item in instrument.items]
        assert [other[item] for item in origin.items] == mine


@every_version
def test_an_instrument_can_be_a_key(instrument):
    assert {instrument: 1}[instrument] == 1
