"""The demo cohort: it comes from its seed, byte for byte, and looks like published cohorts."""

from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from afterglow.cohort.metadata import read_metadata
from afterglow.simulate.cohort import simulate_cohort
from afterglow.simulate.config import SimulationConfig
from afterglow.simulate.plausibility import describe_cohort, render_figures
from afterglow.simulate.write import write_cohort

DATA = Path(__file__).resolve().parents[2] / "data"
DEMO = DATA / "demo"
SEED = 20260101
LARGEST_BYTES = 2_500_000


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(DEMO / f"{name}.csv")


@pytest.fixture(scope="module")
def figures():
    return describe_cohort(
        table("scores"), table("sessions"), table("follow_up"), table("truth/subjects")
    )


def test_the_demo_is_what_its_seed_gives(tmp_path):
    write_cohort(simulate_cohort(SimulationConfig(), seed=SEED), tmp_path)
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert written == sorted(path.relative_to(DEMO) for path in DEMO.rglob("*") if path.is_file())
    for name in written:
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes(), name


def test_the_demo_is_small():
    assert sum(path.stat().st_size for path in DEMO.rglob("*") if path.is_file()) < LARGEST_BYTES


def test_the_demo_is_declared_synthetic():
    assert read_metadata(DEMO / "cohort.toml").synthetic


def test_every_figure_lies_in_the_published_range(figures):
    assert len(figures) == 4
    assert [figure.name for figure in figures if not figure.plausible] == []


def test_the_readme_shows_the_figures_of_the_data(figures):
    assert render_figures(figures) in (DATA / "README.md").read_text(encoding="utf-8")


def test_true_median_without_boosters_counted_plainly(figures):
    truth = table("truth/subjects")
    times = truth.loc[truth["responder_at_course_end"], "booster_free_relapse_days"]
    middle = sorted(times.fillna(float("inf")))[len(times) // 2]
    assert 14 <= middle <= 35
    assert figures[0].value == pytest.approx(middle, abs=0.5)


def test_response_at_course_end_counted_subject_by_subject(figures):
    ends = table("truth/subjects").set_index("subject_id")["course_end_day"]
    madrs = table("scores").query("instrument == 'MADRS'").dropna(subset=["score"])
    responses = []
    for subject, visits in madrs.groupby("subject_id"):
        before = visits[(visits["day"] >= -14) & (visits["day"] <= 0)]
        after = visits[visits["day"] > 0]
        away = (after["day"] - ends[subject]).abs()
        if before.empty or not (away <= 14).any():
            continue
        baseline = before.sort_values("day")["score"].iloc[-1]
        final = after.loc[away.idxmin(), "score"]
        responses.append(100 * (baseline - final) >= 50 * baseline)
    assert figures[1].n == len(responses)
    assert figures[1].value == pytest.approx(100 * sum(responses) / len(responses))


def test_drop_out_during_the_course_counted_plainly(figures):
    ends = table("truth/subjects").set_index("subject_id")["course_end_day"]
    follow_up = table("follow_up").set_index("subject_id")
    left = follow_up[follow_up["reason"] != "administrative"]
    during = sum(left["end_day"][subject] - ends[subject] <= 10 for subject in left.index)
    assert figures[3].value == pytest.approx(100 * during / len(follow_up))


def test_gaps_between_boosters_counted_plainly(figures):
    ends = table("truth/subjects").set_index("subject_id")["course_end_day"]
    gaps = []
    for subject, days in table("sessions").groupby("subject_id")["day"]:
        boosters = sorted(day for day in days if day > ends[subject])
        gaps += [later - earlier for earlier, later in pairwise(boosters)]
    assert figures[2].n == len(gaps)
    assert figures[2].value == pytest.approx(sorted(gaps)[len(gaps) // 2] / 7, abs=0.1)
