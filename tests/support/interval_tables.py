"""Random tables of intervals, for tests."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st


@st.composite
def interval_tables(draw, *, least: int = 1, most: int = 14, exact: bool = True) -> pd.DataFrame:
    """Rows (lower, upper] on a few whole days; some open to the right, some exact."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 8),
                st.integers(0 if exact else 1, 6),
                st.booleans(),
                st.integers(1, 3),
                st.sampled_from("ab"),
            ),
            min_size=least,
            max_size=most,
        )
    )
    data = pd.DataFrame(rows, columns=["lower_days", "width", "open", "weight", "arm"])
    data["lower_days"] = data["lower_days"].astype(float)
    data["upper_days"] = np.where(data["open"], np.inf, data["lower_days"] + data["width"])
    return data


def visit_cohort(n: int, seed: int = 1, gap: float = 14.0, arms: bool = True) -> pd.DataFrame:
    """Relapse seen at visits of each subject's own: the true time, its interval, and the arm."""
    random = np.random.default_rng(seed)
    arm = np.where(random.random(n) < 0.5, "a", "b")
    scale = np.where((arm == "b") & arms, 60.0, 100.0)
    time = random.weibull(1.3, n) * scale
    lower, upper = np.zeros(n), np.full(n, np.inf)
    visit = np.zeros(n)
    for _ in range(10):
        visit = visit + random.uniform(0.5, 1.5, n) * gap
        seen = np.isinf(upper) & (time <= visit)
        upper[seen] = visit[seen]
        lower = np.where(np.isinf(upper), visit, lower)
    return pd.DataFrame({"time": time, "lower_days": lower, "upper_days": upper, "arm": arm})
