"""Plans of published types on the demo cohort: their reports, and their counts done again."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.command import ROOT, command

from afterglow.cohort.reading import read_cohort
from afterglow.plan.reading import read_plan

PLANS = ROOT / "analysis" / "plans"
DEMO = ROOT / "data" / "demo"
DEPRESSED = ["TRD", "MDD", "bipolar depression"]
OFF_DOSE = ["pre-dose", "off-dose"]
FURTHER = ("switch", "ect", "withdrawal", "death", "lost")


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The folder of each plan's report, made when it is first asked for."""
    folders = {}

    def made(name: str, capsys) -> Path:
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp(name) / "report"
            ended = command(capsys, "report", PLANS / f"{name}.toml", "-o", folders[name])
            assert ended.code == 0
        return folders[name]

    return made


def results_of(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "results.csv", low_memory=False, keep_default_na=False).assign(
        estimate=lambda rows: pd.to_numeric(rows["estimate"]),
        time_days=lambda rows: pd.to_numeric(rows["time_days"]),
    )


def number(rows: pd.DataFrame, statistic: str, **equal) -> float:
    found = rows[rows["statistic_name"] == statistic]
    for column, value in equal.items():
        found = found[found[column] == value]
    assert len(found) == 1
    return float(found["estimate"].iloc[0])


@pytest.mark.parametrize("name", ["salloum", "mcinnes", "sustain-1"])
def test_the_report_shows_every_analysis_and_every_strategy(name, reports, capsys):
    folder = reports(name, capsys)
    rows, plan = results_of(folder), read_plan(PLANS / f"{name}.toml")
    page = (folder / "index.html").read_text(encoding="utf-8")
    for analysis in plan.analysis:
        assert f'id="section_analysis-{analysis.replace("_", "-")}"' in page
    assert "which the plan named as primary, gives" in page
    compared = rows[(rows["section"] == "analysis") & (rows["statistic_name"] == "free_of_event")]
    assert compared["group"].nunique() == 4
    primary = rows[rows["statistic_name"] == "primary_strategy"].iloc[0]
    own = rows[(rows["analysis"] == primary["level"]) & (rows["section"] == "analysis")]
    for day in compared["time_days"].unique():
        alone = number(own, "survival", time_days=day)
        mine = number(compared, "free_of_event", group=primary["group"], time_days=day)
        assert mine == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize("name", ["salloum", "mcinnes", "sustain-1"])
def test_the_plan_names_its_source_and_what_it_assumes(name):
    comments = (PLANS / f"{name}.toml").read_text(encoding="utf-8").partition("title = ")[0]
    assert "Source: " in comments
    assert "assume" in comments


def scores_of(instrument: str, rater: str, timings: list[str]) -> pd.DataFrame:
    plan = read_plan(PLANS / "mcinnes.toml")
    scores = read_cohort(plan.data, PLANS).scores
    mine = scores[(scores["instrument"] == instrument) & (scores["rater"] == rater)]
    return mine[mine["timing"].isin(timings)].sort_values(["subject_id", "day"])


def baselines(instrument: str, rater: str) -> pd.Series:
    known = scores_of(instrument, rater, OFF_DOSE)
    return known[known["day"].between(-14, 0)].groupby("subject_id")["score"].last()


def first_events(kinds) -> pd.Series:
    events = pd.read_csv(DEMO / "events.csv")
    ends = pd.read_csv(DEMO / "follow_up.csv").rename(columns={"end_day": "day", "reason": "event"})
    both = pd.concat([events, ends])
    return both[both["event"].isin(kinds)].groupby("subject_id")["day"].min()


def kaplan_meier_at(times: pd.DataFrame, day: float) -> float:
    share = 1.0
    for t in sorted(times.loc[times["event"], "time"].unique()):
        if t <= day:
            share *= 1 - (times["event"] & (times["time"] == t)).sum() / (times["time"] >= t).sum()
    return share


def test_salloum_again_from_the_raw_tables(reports, capsys):
    rows = results_of(reports("salloum", capsys))
    raw = pd.read_csv(DEMO / "scores.csv").query("instrument == 'MADRS' and score == score")
    madrs = raw[raw["timing"].isin(OFF_DOSE)].sort_values(["subject_id", "day"])
    before = madrs[madrs["day"].between(-14, 0)].groupby("subject_id")["score"].last()
    people = pd.read_csv(DEMO / "subjects.csv").query("diagnosis in @DEPRESSED")["subject_id"]
    madrs = madrs[madrs["subject_id"].isin(people) & (madrs["day"] > 0)]
    madrs = madrs.assign(baseline=madrs["subject_id"].map(before)).query("baseline >= 20")
    near = madrs[madrs["day"].between(2, 4)].assign(away=lambda rows: (rows["day"] - 3).abs())
    day3 = near.sort_values(["away", "day"]).groupby("subject_id").first()
    responders = day3[day3["score"] <= day3["baseline"] / 2]
    followed = madrs.merge(responders["day"].rename("start"), on="subject_id")
    followed = followed.assign(time=followed["day"] - followed["start"]).query("0 <= time <= 60")
    stop = followed["subject_id"].map(first_events(("withdrawal", "death", "lost"))).fillna(np.inf)
    followed = followed[followed["day"] <= stop]
    last = followed.groupby("subject_id")["time"].max()
    relapse = followed[(followed["score"] >= 22) & (followed["time"] > 0)]
    relapse = relapse.groupby("subject_id")["time"].min()
    times = pd.DataFrame({"time": relapse.reindex(last.index).fillna(last)})
    times = times.assign(event=times.index.isin(relapse.index))
    own = rows[(rows["analysis"] == "relapse") & (rows["section"] == "analysis")]
    assert number(own, "n") == len(times)
    assert number(own, "n_events") == times["event"].sum()
    for day in (14.0, 30.0):
        again = kaplan_meier_at(times, day)
        assert number(own, "survival", time_days=day) == pytest.approx(again, rel=1e-12)
    rate = rows[rows["analysis"] == "response_day3"]
    observed = number(rate, "n_observed", section="analysis")
    assert observed == len(day3)
    found = number(rate, "rate", section="analysis", term="observed")
    assert found == pytest.approx(len(responders) / len(day3))


def course_ends() -> pd.Series:
    """The last session of each course: at most 8 by day 28, no gap above 10 days, induction."""
    ends = {}
    for name, mine in pd.read_csv(DEMO / "sessions.csv").groupby("subject_id"):
        last, count = 0.0, 0
        for day, phase in mine.sort_values("day")[["day", "phase"]].itertuples(index=False):
            if count and (day - last > 10 or day > 28 or count == 8 or phase != "induction"):
                break
            last, count = day, count + 1
        ends[name] = last
    return pd.Series(ends)


def test_mcinnes_qualifies_the_same_subjects(reports, capsys):
    rows = results_of(reports("mcinnes", capsys))
    flow = rows[(rows["analysis"] == "durability") & (rows["section"] == "flow")]
    before = baselines("PHQ9", "self")
    people = pd.read_csv(DEMO / "subjects.csv").query("diagnosis in @DEPRESSED")["subject_id"]
    before = before[(before >= 10) & before.index.isin(people)]
    assert number(flow, "n_remaining", term="population") == len(before)
    phq = scores_of("PHQ9", "self", OFF_DOSE)
    phq = phq[phq["subject_id"].isin(before.index) & (phq["day"] > 0)]
    phq = phq.assign(after=phq["day"] - phq["subject_id"].map(course_ends()))
    first = phq[phq["after"].between(14, 31)].groupby("subject_id").first()
    response = first["score"] <= before.reindex(first.index) / 2
    unseen = number(flow, "n_set_aside", level="no visit in the qualifying window")
    assert unseen == len(before) - len(first)
    assert number(flow, "n_set_aside", level="did not qualify") == (~response).sum()
    ended = number(flow, "n_set_aside", level="ended before at risk")
    assert number(flow, "n_remaining", term="analysed") + ended == response.sum()


def confirmed(visits: pd.DataFrame, holds: pd.Series, k: int, low: float, high: float) -> float:
    """The day on which a run is confirmed, NaN where none is."""
    run: list[float] = []
    for day, met in zip(visits["day"], holds, strict=True):
        run = [*run, day] if met else []
        if len(run) >= k and any(low <= day - earlier <= high for earlier in run[:-1]):
            return day
    return np.nan


def test_sustain_finds_the_same_stable_remissions_and_relapses(reports, capsys):
    rows = results_of(reports("sustain-1", capsys))
    own = rows[(rows["analysis"] == "remitters") & (rows["section"] == "analysis")]
    people = pd.read_csv(DEMO / "subjects.csv").query("diagnosis in ['TRD', 'MDD']")["subject_id"]
    before = baselines("MADRS", "clinician")
    before = before[(before >= 20) & before.index.isin(people)]
    madrs = scores_of("MADRS", "clinician", OFF_DOSE)
    madrs = madrs[madrs["subject_id"].isin(before.index) & (madrs["day"] > 0)]
    stop = first_events(FURTHER)
    clinical = pd.read_csv(DEMO / "events.csv")
    clinical = clinical[clinical["event"].isin(["hospitalisation", "suicide_attempt"])]
    n = n_events = 0
    for name, mine in madrs.groupby("subject_id"):
        seen = mine[mine["day"] <= stop.get(name, np.inf)]
        early = seen[seen["day"] <= 112]
        start = confirmed(early, early["score"] <= 12, 3, 14, 28)
        if np.isnan(start):
            continue
        n += 1
        after = seen[seen["day"] > start]
        last = after["day"].max() if len(after) else start
        days = clinical.loc[clinical["subject_id"] == name, "day"]
        admitted = days.between(start, min(last + 28, stop.get(name, np.inf))).any()
        n_events += admitted or not np.isnan(confirmed(after, after["score"] >= 22, 2, 5, 15))
    assert number(own, "n") == n
    assert number(own, "n_events") == n_events
