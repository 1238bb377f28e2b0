"""One large simulated clinic, and the worlds in which all are boosted by one rule.

`python tests/calibrate/clinic.py`, part of `make calibrate`. The process behind the demo cohort is
run anew with boosters for nobody, or every four or two weeks for everybody, and nobody lost,
switched or given ECT: what those who responded then come to is the truth. The estimates see the
clinic as it is. Writes analysis/calibration_clinic.csv and its section of analysis/CALIBRATION.md.
"""

import argparse
import multiprocessing
import os
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from sections import write_numbers, write_section

import afterglow as ag
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, STATISTIC_NAME, TIME, WARNING
from afterglow.simulate.config import SimulationConfig
from afterglow.study.weighted_rows import FINDINGS

SUBJECTS = 20_000
SEED = 5
DAYS = (28.0, 56.0, 84.0)
ALL_SITES, ON_SYMPTOMS = "all sites", "sites that boost on symptoms"
AS_IT_IS, NONE, MONTHLY, FORTNIGHTLY = "as it is", "none", "every 4 weeks", "every 2 weeks"
WORLDS = {NONE: (), MONTHLY: (28,), FORTNIGHTLY: (14,)}
SURE = 60.0
PLAN = """
title = "A clinic"
question = "How long does response last under one rule of boosters?"
seed = 20260101
[data]
path = "data"
[course]
max_gap_days = 10
max_days = 35
use_phase = true
[population.everywhere]
label = "all sites"
filters = [{ baseline = "MADRS", at_least = 20, label = "MADRS below 20" }]
[population.symptoms]
label = "sites that boost on symptoms"
filters = [
    { baseline = "MADRS", at_least = 20, label = "MADRS below 20" },
    { column = "site_id", in = ["A", "D", "F"], label = "site with a calendar" },
]
[endpoint.response]
kind = "response"
instrument = "MADRS"
timing = ["pre-dose", "off-dose"]
improvement_at_least_percent = 50
until = { after = "course_end", days = 14 }
[endpoint.relapse]
kind = "relapse"
instrument = "MADRS"
timing = ["pre-dose", "off-dose"]
origin = "course_end"
qualify = { endpoint = "response", after = "course_end", window_days = [1, 14] }
score_at_least = 22
confirm = { visits = 2, gap_days = [5, 15] }
"""
CURVE = """
[analysis.{word}_{population}]
estimator = "{estimator}"
endpoint = "relapse"
population = "{population}"
strategy = {{ booster = "{booster}", switch = "censor", ect = "censor", withdrawal = "censor", death = "censor" }}
at_days = [28, 56, 84]
{more}
"""
TRIAL = """
[analysis.trial_{population}]
estimator = "target_trial"
endpoint = "relapse"
population = "{population}"
strategies = [
    {{ name = "none", never = true }},
    {{ name = "every 4 weeks", every_days = 28 }},
    {{ name = "every 2 weeks", every_days = 14 }},
]
grace_days = 7
horizon_days = 84
at_days = [28, 56, 84]
terms = [{{ column = "site_id" }}]
strategy = {{ switch = "censor", ect = "censor", withdrawal = "censor", death = "censor" }}
resamples = 50
"""
ESTIMATED = {"naive": "plain censoring", "weighted": "weighted", "trial": "clone, censor, weight"}
POPULATIONS = {"everywhere": ALL_SITES, "symptoms": ON_SYMPTOMS}
HEADING = "## A clinic whose other worlds can be seen"
TEXT = """{heading}

{subjects} subjects of the process behind the demo cohort: six sites, three of which give boosters on symptoms and three by a calendar or both; visits
every two or three weeks and whenever a subject feels worse; drop-out, switches and ECT that come with symptoms and are not weighted for. The truth is the
same process in a world where everybody is boosted by one rule and nobody leaves: the share of responders free of relapse, seen at the visits of that
world, with its own 95 % limits (for a target trial, on its clock: from time zero to the day on which a relapse is known). Two things cannot be had from scores alone. A calendar: the weighted curve's model of scores and time does not know
it, and raises the objection that sites do not fit. And a rule that hardly anybody follows, such as boosters by a calendar at sites that boost on
symptoms: there the estimate is far off even where its weights raise no objection, and its effective number is what to look at.

The sites, and the terms of the target trial's model (time, and whether the score is of that day), were chosen on this very cohort, beside its truth:
the table shows what they do there, and is no test of them on another.

| boosters | sites | day | truth, % | estimate | %, 95 % limits | objections |
| --- | --- | --- | --- | --- | --- | --- |
"""


def config_of(rule: str) -> SimulationConfig:
    """Return the clinic as it is, or the world in which all are boosted by a rule."""
    config = SimulationConfig(subjects=SUBJECTS)
    if rule == AS_IT_IS:
        return config
    gaps = WORLDS[rule]
    care = config.care.model_copy(
        update={"booster_accepted_logit": SURE if gaps else -SURE,
                "accepted_per_200_usd_logit": 0.0, "maintenance_kept_share": 1.0}
    )  # fmt: skip
    stay = dict.fromkeys(("drop_out_per_day", "switch_per_day", "ect_per_day"), 0.0)
    scheduled = {"booster_policy": "scheduled", "booster_gaps_days": gaps or (28,)}
    return config.model_copy(
        update={
            "care": care,
            "attrition": config.attrition.model_copy(update=stay),
            "sites": tuple(site.model_copy(update=scheduled) for site in config.sites),
        }
    )


def plan_of(rule: str) -> str:
    """Return the plan of the estimates, or that of the truth."""
    words = {"estimator": "kaplan_meier", "booster": "ignore", "word": "truth", "more": ""}
    curves = [words]
    if rule == AS_IT_IS:
        curves = [words | {"booster": "censor", "word": "naive"},
                  words | {"estimator": "weighted_kaplan_meier", "booster": "censor",
                           "word": "weighted", "more": "resamples = 100"}]  # fmt: skip
    parts = [CURVE.format(population=name, **one) for one in curves for name in POPULATIONS]
    return "".join([PLAN, *parts, *(TRIAL.format(population=name) for name in POPULATIONS)])


def seen(rule: str) -> pd.DataFrame:
    """Return the survival rows of one world."""
    with TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)
        ag.write_cohort(ag.simulate_cohort(config_of(rule), SEED), folder / "data")
        (folder / "plan.toml").write_text(plan_of(rule), encoding="utf-8")
        given = ag.load_plan(folder / "plan.toml")
        table = ag.run(given.plan, ag.load_cohort(given)).results.table
    mine = table[(table["section"] == "analysis") & (table["analysis"] != "")]
    return mine.assign(rule=rule)


def simulate(workers: int) -> list[dict[str, Any]]:
    """Return one row per rule, population, day and estimate."""
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        found = dict(zip((AS_IT_IS, *WORLDS), pool.map(seen, (AS_IT_IS, *WORLDS))))
    rows = []
    for rule in WORLDS:
        for population, label in POPULATIONS.items():
            for day in DAYS:
                for word, how in ESTIMATED.items():
                    is_trial, name = word == "trial", f"{word}_{population}"
                    group, seen_as = (rule, name) if is_trial else ("", f"truth_{population}")
                    truth = _survival(found[rule], seen_as, group, day)
                    own = _survival(found[AS_IT_IS], name, group, day)
                    if len(own.dropna(subset=ESTIMATE)) and (is_trial or rule == NONE):
                        rows.append(_row(rule, label, day, truth, how, own, found[AS_IT_IS], name))
    return rows


def _survival(table: pd.DataFrame, name: str, group: str, day: float) -> pd.DataFrame:
    mine = (table["analysis"] == name) & (table[STATISTIC_NAME] == "survival")
    return table[mine & (table[GROUP] == group) & (table[TIME] == day) & (table["term"] == "")]


def _row(
    rule: str, label: str, day: float, truth: pd.DataFrame, how: str, own: pd.DataFrame,
    table: pd.DataFrame, name: str,
) -> dict[str, Any]:  # fmt: skip
    """Return the truth beside an estimate; objections are those to its weights, or of the day."""
    looked_at = (table["analysis"] == name) & table[STATISTIC_NAME].isin(FINDINGS.values())
    doubts = pd.concat([own, table[looked_at]])[WARNING]
    return {
        "boosters": rule, "sites": label, "day": day,
        "truth": truth[ESTIMATE].iloc[0], "truth_low": truth[CONF_LOW].iloc[0],
        "truth_high": truth[CONF_HIGH].iloc[0], "estimator": how,
        "estimate": own[ESTIMATE].iloc[0], "conf_low": own[CONF_LOW].iloc[0],
        "conf_high": own[CONF_HIGH].iloc[0],
        "objections": doubts[doubts.fillna("") != ""].nunique(),
    }  # fmt: skip


def section(table: Sequence[dict[str, Any]]) -> str:
    """Return the section of the page, as Markdown."""
    lines = [
        f"| {row['boosters']} | {row['sites']} | {row['day']:.0f} "
        f"| {_share(row, 'truth', 'truth_low', 'truth_high')} | {row['estimator']} "
        f"| {_share(row, 'estimate', 'conf_low', 'conf_high')} | {row['objections'] or ''} |\n"
        for row in table
    ]
    return TEXT.format(heading=HEADING, subjects=f"{SUBJECTS:,}") + "".join(lines)


def _share(row: dict[str, Any], *names: str) -> str:
    middle, low, high = (f"{100 * row[name]:.1f}" for name in names)
    return f"{middle} ({low}–{high})"


def main(workers: int | None = None) -> None:
    """Simulate, and write the numbers and the section."""
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    start = time.perf_counter()
    table = simulate(workers or os.cpu_count() or 1)
    write_numbers(table, "calibration_clinic")
    write_section(HEADING, section(table))
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=None)
    main(parser.parse_args().workers)
