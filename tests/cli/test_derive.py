"""`afterglow derive`: endpoint tables in every format, and ADTTE with ADaM's meaning."""

import json

import numpy as np
import pandas as pd
import pytest
from support.command import PLAN, command, files_in
from support.raw_cohort import raw_cohort, write_csv

TABLES = ("account", "endpoints", "facts", "intercurrent", "path", "set_aside")


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    write_csv(raw_cohort(), folder / "data")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    return folder / "plan.toml"


def derived(plan, folder, capsys, file_format):
    ended = command(capsys, "derive", plan, "-o", folder, "--format", file_format)
    assert (ended.code, ended.err) == (0, "")
    return ended.out


def test_csv_and_parquet_hold_the_same(plan, tmp_path, capsys):
    for file_format in ("csv", "parquet"):
        derived(plan, tmp_path / file_format, capsys, file_format)
        names = [f"{table}.{file_format}" for table in TABLES]
        assert files_in(tmp_path / file_format) == sorted([*names, "manifest.json", "plan.toml"])
    for table in TABLES:
        one = pd.read_parquet(tmp_path / "parquet" / f"{table}.parquet")
        other = pd.read_csv(tmp_path / "csv" / f"{table}.csv", dtype=dict.fromkeys(words(one), str))
        other = other.fillna(dict.fromkeys(words(one), ""))
        one = one.fillna(dict.fromkeys(words(one), ""))
        pd.testing.assert_frame_equal(one, other, check_dtype=False)


def words(frame):
    return [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])
            and not pd.api.types.is_bool_dtype(frame[name])]  # fmt: skip


def test_the_small_study_by_hand(plan, tmp_path, capsys):
    """A1: 34 before, 12 at day 1 (response), 24 at day 28 (relapse); A2 never better; A3 gone."""
    said = derived(plan, tmp_path / "out", capsys, "csv")
    rows = pd.read_csv(tmp_path / "out" / "endpoints.csv", keep_default_na=False)
    told = [
        (r.subject_id, r.endpoint, r.duration_days, r.lower_days, r.event, r.cause)
        for r in rows.itertuples()
    ]
    assert ("A1", "response", 1.0, 0.0, True, "response") in told
    assert ("A1", "relapse", 27.0, 0.0, True, "relapse") in told
    assert said == f"{len(rows)} endpoint rows in {tmp_path / 'out'}\n"
    aside = pd.read_csv(tmp_path / "out" / "set_aside.csv")
    assert ("A2", "relapse", "response not reached") in {
        (r.subject_id, r.endpoint, r.reason) for r in aside.itertuples()
    }
    facts = pd.read_csv(tmp_path / "out" / "facts.csv", keep_default_na=False)
    pairs = {(r.subject_id, r.endpoint): r.status for r in facts.itertuples() if r.cycle == 1}
    assert pairs[("A1", "relapse")] == "included"
    assert pairs[("A2", "relapse")] == "response not reached"


def test_adtte_says_the_same_in_adam_s_words(plan, tmp_path, capsys):
    derived(plan, tmp_path / "ours", capsys, "csv")
    derived(plan, tmp_path / "adam", capsys, "adtte")
    ours = pd.read_csv(tmp_path / "ours" / "endpoints.csv", keep_default_na=False)
    adam = pd.read_csv(tmp_path / "adam" / "adtte.csv", keep_default_na=False)
    described = pd.read_csv(tmp_path / "adam" / "adtte_columns.csv")
    assert [name for name in described["column"] if name != "SITEID"] == list(adam)
    assert all(len(name) <= 8 for name in adam)
    assert list(adam["USUBJID"]) == list(ours["subject_id"])
    assert list(adam["AVAL"]) == list(ours["duration_days"])
    assert list(adam["CNSR"] == 0) == list(ours["event"])
    competing = ~ours["event"] & (ours["cause"] != "")
    assert list(adam["CNSR"] == 2) == list(competing)
    assert set(adam["PARAMCD"]) == {"RESPONSE", "RELAPSE"}
    assert set(adam["AVALU"]) == {"DAYS"}
    finite = np.isfinite(ours["upper_days"])
    assert list(adam["UPPERDUR"] != "") == list(finite)
    assert (adam.loc[adam["CNSR"] == 0, "CNSDTDSC"] == "").all()


def test_the_folder_says_what_it_is_made_of_and_is_replaced(plan, tmp_path, capsys):
    derived(plan, tmp_path / "out", capsys, "adtte")
    derived(plan, tmp_path / "out", capsys, "csv")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == "derive"
    assert set(manifest["outputs"]) == set(files_in(tmp_path / "out")) - {"manifest.json"}
    assert (tmp_path / "out" / "plan.toml").read_text(encoding="utf-8") == PLAN
