"""The folder of a cohort: bytes, formats, and a description that says it is synthetic."""

import hashlib
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from afterglow.errors import UsageError
from afterglow.simulate.cohort import simulate_cohort
from afterglow.simulate.config import SimulationConfig
from afterglow.simulate.read_config import read_simulation_config
from afterglow.simulate.write import write_cohort, write_table

TABLES = ("subjects", "scores", "sessions", "events", "follow_up")


@pytest.fixture(scope="module")
def cohort():
    return simulate_cohort(SimulationConfig(subjects=20), seed=5)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_two_writes_give_the_same_bytes(cohort, tmp_path):
    write_cohort(cohort, tmp_path / "one")
    write_cohort(simulate_cohort(SimulationConfig(subjects=20), seed=5), tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_cells_have_one_format(tmp_path):
    frame = pd.DataFrame(
        {
            "day": pd.Series([0.0, 1 / 12, -14.0, float("inf"), None], dtype="float64"),
            "score": pd.Series([30, None, 0, 7, 1], dtype="Int64"),
            "flag": pd.Series([True, False, None, True, False], dtype="boolean"),
            "word": pd.Series(["a", "b,c", None, "", "d"], dtype="string"),
        }
    )
    write_table(frame, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_bytes() == (
        b'day,score,flag,word\n0,30,true,a\n0.0833,,false,"b,c"\n-14,0,,\n,7,true,\n,1,false,d\n'
    )


@pytest.mark.parametrize("table", TABLES)
def test_parquet_holds_the_same_table_as_csv(cohort, tmp_path, table):
    write_cohort(cohort, tmp_path, file_format="csv")
    write_cohort(cohort, tmp_path, file_format="parquet")
    stored = pd.read_parquet(tmp_path / f"{table}.parquet")
    write_table(stored, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / f"{table}.csv").read_bytes()


def test_the_description_says_synthetic_and_names_the_seed(cohort, tmp_path):
    write_cohort(cohort, tmp_path)
    told = tomllib.loads((tmp_path / "cohort.toml").read_text(encoding="utf-8"))
    assert told["synthetic"] is True
    assert "seed 5," in told["notes"]
    assert "days" in told["units"]


def test_the_parameters_beside_the_truth_give_the_cohort_again(cohort, tmp_path):
    write_cohort(cohort, tmp_path)
    assert read_simulation_config(tmp_path / "truth" / "parameters.toml") == cohort.config


def test_another_format_is_refused(cohort, tmp_path):
    with pytest.raises(UsageError, match="file_format"):
        write_cohort(cohort, tmp_path, file_format="xlsx")
