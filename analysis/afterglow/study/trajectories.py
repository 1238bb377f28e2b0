"""Mean scores over time of the described population: what was observed, nothing filled in."""

import numpy as np

from afterglow import names as n
from afterglow.study.baseline_table import described_groups
from afterglow.study.groups import labelled
from afterglow.study.results import SECTION, Row
from afterglow.study.rows import statistic
from afterglow.study.setting import Setting

TRAJECTORY = "trajectory"
CONF_LEVEL = 0.95
METHOD = "mean of observed scores, t limits"


def trajectory_rows(setting: Setting) -> list[Row]:
    """Return mean and sd of each instrument at the baseline (day 0) and on later days.

    A score counts on the day it is nearest to, at most half a week away, once per subject. `n` is
    the number observed; a mean of one has no interval.
    """
    name = setting.described_population
    inside = setting.members[name]
    members = setting.subjects[inside]
    groups = described_groups(setting, members)
    if groups is None:
        groups = labelled(members, None)
    days = setting.timelines.trajectory_days
    rows = []
    for instrument, scores in setting.timelines.trajectories.items():
        head = {SECTION: TRAJECTORY, n.POPULATION: name, n.TERM: instrument}
        baseline = setting.timelines.baselines[instrument].to_numpy()
        seen = np.column_stack([baseline, scores])[inside]
        for place, day in enumerate((0.0, *days)):
            for code, label in enumerate(groups.categories):
                words = {**head, n.TIME: float(day), n.GROUP: str(label)}
                rows += _mean_rows(words, seen[groups.codes == code, place])
    return rows


def _mean_rows(head: Row, values: np.ndarray) -> list[Row]:
    from scipy.special import stdtrit

    known = np.sort(values[~np.isnan(values)])
    count = len(known)
    if count == 0:
        return []
    mean = float(known.mean())
    more: Row = {n.N: float(count), n.METHOD: METHOD, n.CONF_LEVEL: CONF_LEVEL}
    if count == 1:
        return [statistic(head, "mean", mean, **more)]
    sd = float(known.std(ddof=1))
    error = sd / float(np.sqrt(count))
    half = float(-stdtrit(count - 1, (1 - CONF_LEVEL) / 2)) * error
    limits = {n.STD_ERROR: error, n.CONF_LOW: mean - half, n.CONF_HIGH: mean + half}
    return [
        statistic(head, "mean", mean, **more, **limits),
        statistic(head, "sd", sd, **{n.N: float(count)}),
    ]
