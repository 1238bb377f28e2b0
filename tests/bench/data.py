"""What is timed on: cohorts as Parquet, and event times in whole days with heavy ties."""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
SEED = 20260101
COVARIATES = ("x1", "x2", "x3", "x4", "x5")
EFFECTS = np.array([0.3, -0.2, 0.1, 0.4, -0.3])
GROUPS = 4
LATEST = 730.0
SUBJECTS_PER_ROW = 0.27
INTERVALS = 20_000


def write_cohorts(folder: Path, subjects: int) -> dict[str, Path]:
    """Write the cohorts where they are not there yet."""
    sys.path.insert(0, str(ROOT / "analysis"))
    from afterglow.simulate.benchmark import benchmark_cohort

    folders = {}
    for kind in ("integer", "text"):
        folders[kind] = folder / f"{kind}-{subjects}"
        if not (folders[kind] / "cohort.toml").exists():
            benchmark_cohort(folders[kind], subjects=subjects, id_kind=kind)
    return folders


def write_times(folder: Path, rows: int) -> None:
    """Write single and recurrent events and intervals, for Python (Parquet) and R (doubles)."""
    import pandas as pd

    rng = np.random.default_rng(SEED)
    folder.mkdir()
    single = _single(rows, rng)
    recurrent = _recurrent(rows, rng)
    for name, columns in {"single": single, "recurrent": recurrent}.items():
        frame = pd.DataFrame(columns)
        for column in frame:
            frame[column].to_numpy(dtype=float).tofile(folder / f"{name}_{column}.bin")
        if "code" in frame:
            words = np.array(["", "relapse", "booster"], dtype=object)
            frame["cause"] = pd.Categorical(words[frame.pop("code").to_numpy()])
        frame.to_parquet(folder / f"{name}.parquet")
    _intervals(min(rows, INTERVALS), rng).to_parquet(folder / "intervals.parquet")


def _covariates(n: int, rng: np.random.Generator) -> np.ndarray:
    return np.column_stack([rng.standard_normal((n, 3)), rng.integers(0, 2, (n, 2))])


def _single(n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return relapse against booster: 4 groups, 5 covariates, about 60 % relapses."""
    group, x = rng.integers(0, GROUPS, n), _covariates(n, rng)
    relapse = rng.exponential(300.0 / np.exp(x @ EFFECTS + 0.15 * group))
    booster, end = rng.exponential(900.0, n), rng.uniform(30.0, LATEST, n)
    first = np.minimum(np.minimum(relapse, booster), end)
    code = np.select([first == relapse, first == booster], [1, 2], 0)
    covariates = {name: x[:, place] for place, name in enumerate(COVARIATES)}
    times = {"duration_days": np.ceil(first), "event": code == 1, "code": code}
    return {**times, "group": group, **covariates}


def _recurrent(rows: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return (start, stop] rows of boosters in whole days, whose rate differs by subject."""
    n = int(rows * SUBJECTS_PER_ROW)
    x, frailty = _covariates(n, rng), rng.gamma(2.0, 0.5, n)
    rate = frailty * np.exp(x @ EFFECTS / 2) / 150.0
    end = np.ceil(rng.uniform(60.0, LATEST, n))
    start, alive, parts = np.zeros(n), np.arange(n), []
    while len(alive):
        following = start[alive] + np.ceil(rng.exponential(1 / rate[alive]))
        event = following < end[alive]
        stop = np.where(event, following, end[alive])
        parts.append(np.column_stack([alive, start[alive], stop, event]))
        start[alive] = stop
        alive = alive[event]
    table = np.concatenate(parts)
    table = table[np.lexsort((table[:, 1], table[:, 0]))][:rows]
    who = table[:, 0].astype(np.int64)
    covariates = {name: x[who, place] for place, name in enumerate(COVARIATES)}
    times = {"start_day": table[:, 1], "stop_day": table[:, 2], "event": table[:, 3] == 1}
    return {"subject_id": who, **times, "group": who % GROUPS, **covariates}


def _intervals(n: int, rng: np.random.Generator):
    """Return intervals around a time: continuous, and the same widened to whole days."""
    import pandas as pd

    time = rng.exponential(60.0, n)
    lower = np.maximum(0.0, time - rng.exponential(7.0, n))
    upper = time + rng.exponential(7.0, n)
    upper = np.where(upper > 120.0, np.inf, upper)
    lower = np.minimum(lower, 120.0)
    whole = {"lower_whole": np.floor(lower), "upper_whole": np.ceil(upper)}
    return pd.DataFrame({"lower_days": lower, "upper_days": upper, **whole})
