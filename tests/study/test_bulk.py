"""Deriving into Parquet, batch by batch, says what deriving in memory says."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from afterglow.cohort.opening import open_cohort
from afterglow.cohort.reading import in_memory
from afterglow.errors import UsageError
from afterglow.names import CYCLE, ENDPOINT, EVENT_NAME, SUBJECT
from afterglow.plan.data import DataSource
from afterglow.plan.model import Plan
from afterglow.plan.reading import read_plan
from afterglow.simulate.benchmark import benchmark_cohort
from afterglow.study import batches
from afterglow.study.bulk import FACTS, INTERCURRENTS, ROWS, TABLES, derive_to_parquet
from afterglow.study.derive import derive
from afterglow.study.facts_table import facts_table, intercurrent_table

DEMO = Path(__file__).parents[2] / "analysis" / "plans" / "demo.toml"


def plan_without_rater() -> Plan:
    plan = read_plan(DEMO)
    scale = plan.instrument["MADRS"].model_copy(update={"rater": None})
    return plan.model_copy(update={"instrument": {"MADRS": scale}})


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in (SUBJECT, CYCLE, ENDPOINT, EVENT_NAME) if name in frame]
    return frame.sort_values(keys, ignore_index=True)


def assert_same(folder: Path, cohort, plan: Plan) -> None:
    derived = derive(cohort, plan)
    expected = {
        FACTS: facts_table(derived),
        INTERCURRENTS: intercurrent_table(derived),
        ROWS: derived.rows,
    }
    for name, frame in expected.items():
        written = pd.read_parquet(folder / f"{name}.parquet")
        assert list(written) == list(frame)
        one, other = in_order(written), in_order(frame)
        pd.testing.assert_frame_equal(one, other, check_dtype=False, check_exact=True)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(batches, "SUBJECTS_PER_BATCH", 37)
    monkeypatch.setattr(batches, "ROWS_PER_READ", 100)


@pytest.mark.parametrize("id_kind", ["integer", "text"])
def test_many_batches_say_what_memory_says(tmp_path, small_batches, id_kind):
    benchmark_cohort(tmp_path / "cohort", subjects=300, id_kind=id_kind)
    plan = plan_without_rater()
    with open_cohort(DataSource(path="cohort"), tmp_path) as opened:
        counts = derive_to_parquet(opened, plan, tmp_path / "derived")
        assert_same(tmp_path / "derived", in_memory(opened), plan)
    assert counts[FACTS] >= 300 * len(plan.endpoint)
    assert 0 < counts[ROWS] < counts[FACTS]


def test_the_demo_with_its_events_and_raters(tmp_path, small_batches):
    plan = read_plan(DEMO)
    with open_cohort(plan.data, DEMO.parent) as opened:
        counts = derive_to_parquet(opened, plan, tmp_path / "derived", threads=1)
        assert_same(tmp_path / "derived", in_memory(opened), plan)
    assert min(counts.values()) > 0


def test_subjects_stand_in_the_order_of_their_numbers(tmp_path):
    benchmark_cohort(tmp_path / "cohort", subjects=120)
    with open_cohort(DataSource(path="cohort"), tmp_path) as opened:
        derive_to_parquet(opened, plan_without_rater(), tmp_path / "derived")
    written = pd.read_parquet(tmp_path / "derived" / "facts.parquet")[SUBJECT]
    assert written.drop_duplicates().tolist() == [str(number) for number in range(1, 121)]


def test_memory_and_open_cohort_derive_alike(tmp_path, small_batches):
    benchmark_cohort(tmp_path / "cohort", subjects=150)
    plan = plan_without_rater()
    with open_cohort(DataSource(path="cohort"), tmp_path) as opened:
        open_rows = derive(opened, plan).rows
        memory_rows = derive(in_memory(opened), plan).rows
    assert not np.array_equal(open_rows[SUBJECT], memory_rows[SUBJECT])
    pd.testing.assert_frame_equal(in_order(open_rows), in_order(memory_rows))


def test_only_what_is_asked_for_is_written(tmp_path):
    benchmark_cohort(tmp_path / "cohort", subjects=20)
    with open_cohort(DataSource(path="cohort"), tmp_path) as opened:
        counts = derive_to_parquet(opened, plan_without_rater(), tmp_path / "out", tables=[FACTS])
        assert set(counts) == {FACTS}
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["facts.parquet"]
        with pytest.raises(UsageError, match="fact"):
            derive_to_parquet(opened, plan_without_rater(), tmp_path / "out", tables=["fact"])
    assert set(TABLES) == {FACTS, INTERCURRENTS, ROWS}
