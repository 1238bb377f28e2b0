"""Groups formed after day 0 and target trials through the command: bad requests, tiny cohorts."""

import csv
import shutil

import numpy as np
import pytest
from support.command import PLAN, ROOT, command
from support.demo_setting import demo_setting
from support.raw_cohort import raw_cohort, without, write_csv

from afterglow.study.later_status import known

TRIAL = """
[analysis.trial]
estimator = "target_trial"
endpoint = "relapse"
strategies = [{ name = "none", never = true }, { name = "weekly", every_days = 7 }]
grace_days = 2
horizon_days = 14
at_days = [7]
naive = true
resamples = 20
"""
CURVE = '\n[analysis.curve]\nestimator = "kaplan_meier"\nendpoint = "relapse"\nnaive = true\n'


@pytest.fixture
def study(tmp_path):
    """A folder with the plan and cohort of three subjects, to be given more analyses."""

    def made(*more: str, raw=None):
        write_csv(raw or raw_cohort(), tmp_path / "data")
        path = tmp_path / "plan.toml"
        path.write_text(PLAN + "".join(more), encoding="utf-8")
        return path

    return made


def test_groups_by_response_from_day_0_are_refused_by_check_and_report(study, capsys, tmp_path):
    path = study(CURVE, 'by = "endpoint:response"\n')
    for words in (("check", path), ("report", path, "-o", tmp_path / "out")):
        ended = command(capsys, *words)
        assert ended.code == 2
        assert "immortal time" in ended.err
        assert "landmark_days = 28" in ended.err
        assert "Traceback" not in ended.err
    assert not (tmp_path / "out").exists()


def test_an_event_that_nobody_had_is_refused(study, capsys):
    ended = command(capsys, "check", study(CURVE, 'by = "event:ECT"\nlandmark_days = 7\n'))
    assert ended.code in (2, 3)
    assert "no row is called 'ECT'" in ended.err


def test_strategies_of_sessions_need_sessions(study, capsys):
    ended = command(capsys, "check", study(TRIAL, raw=without(raw_cohort(), "sessions")))
    assert ended.code in (2, 3)
    assert "compares strategies of sessions" in ended.err


def test_a_trial_of_three_and_a_landmark_of_nobody_end_in_words(study, capsys, tmp_path):
    landmark = 'by = "event:hospitalisation"\nlandmark_days = 900\nat_days = [7]\n'
    path = study(TRIAL, CURVE, landmark)
    ended = command(capsys, "report", path, "-o", tmp_path / "out", "--internal")
    assert ended.code == 0, ended.err
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["section"] == "analysis"]
    told = {row["analysis"] for row in rows if row["warning"]}
    assert {"trial", "curve"} <= told


def test_a_column_of_responders_is_refused_by_check(capsys, tmp_path):
    shutil.copytree(ROOT / "data" / "demo", tmp_path / "demo")
    setting = demo_setting()
    reached = np.isfinite(known("endpoint:response", setting).day)
    names = dict(zip(setting.subjects["subject_id"].astype(str), reached, strict=True))
    path = tmp_path / "demo" / "subjects.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*lines[0], "outcome"])
        writer.writeheader()
        writer.writerows(
            {**line, "outcome": "good" if names[line["subject_id"]] else "poor"} for line in lines
        )
    plan = (ROOT / "analysis" / "plans" / "models.toml").read_text(encoding="utf-8")
    plan = plan.replace("../../data/demo", "demo")
    text = '\n[analysis.outcome]\nestimator = "kaplan_meier"\nendpoint = "durability"\n'
    plan_path = tmp_path / "plan.toml"
    plan_path.write_text(f'{plan}{text}by = "outcome"\n', encoding="utf-8")
    ended = command(capsys, "check", plan_path)
    assert ended.code == 2
    assert "goes with 'endpoint:response' in nearly every subject" in ended.err
    assert "good" not in ended.err
    vouched = plan.replace("[baseline]", '[baseline]\nknown_at_day_0 = ["outcome"]')
    plan_path.write_text(f'{vouched}{text}by = "outcome"\n', encoding="utf-8")
    assert command(capsys, "check", plan_path).code == 0
