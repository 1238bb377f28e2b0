"""Hypothesis strategies of small survival tables, heavy with ties as visit data are."""

import hypothesis.strategies as st
import pandas as pd

CAUSES = ("", "booster", "relapse")


@st.composite
def survival_tables(draw, *, entry: bool = False, largest: int = 25) -> pd.DataFrame:
    """Draw rows with entry_days (or −inf), duration_days, cause, event, arm, site and weight."""
    size = draw(st.integers(1, largest))
    rows = draw(
        st.lists(
            st.tuples(
                st.one_of(st.none(), st.integers(0, 6)) if entry else st.none(),
                st.integers(0 if not entry else 1, 6),
                st.sampled_from(CAUSES),
                st.sampled_from("ab"),
                st.sampled_from("uvw"),
                st.integers(1, 3),
            ),
            min_size=size,
            max_size=size,
        )
    )
    table = pd.DataFrame(rows, columns=["entry_days", "length", "cause", "arm", "site", "count"])
    start = table["entry_days"].astype(float)
    table["duration_days"] = start.fillna(0.0) + table["length"]
    table["entry_days"] = start.fillna(float("-inf"))
    table["event"] = table["cause"] != ""
    table["subject_id"] = [f"S{i}" for i in range(size)]
    return table.drop(columns="length")


def as_rows(table: pd.DataFrame) -> list[tuple]:
    """Return (entry or None, time, cause) tuples for the slow twin."""
    return [
        (None if row.entry_days == float("-inf") else row.entry_days, row.duration_days, row.cause)
        for row in table.itertuples()
    ]
