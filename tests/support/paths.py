"""Hypothesis strategies of small tables of paths through states."""

import hypothesis.strategies as st
import pandas as pd

STATES = ("symptomatic", "response", "relapse", "death")
NEXT = {
    "symptomatic": ("", "response", "death"),
    "response": ("", "relapse", "symptomatic"),
    "relapse": ("", "response", "death"),
}


@st.composite
def path_tables(draw, *, largest: int = 8, late: bool = True) -> pd.DataFrame:
    """Draw stretches with subject, days, states, arm, site and count; some subjects come late."""
    rows = []
    for who in range(draw(st.integers(1, largest))):
        day = draw(st.integers(0, 3)) if late else 0
        state = draw(st.sampled_from(STATES[:3])) if late else STATES[0]
        own = (draw(st.sampled_from("ab")), draw(st.sampled_from("uv")), draw(st.integers(1, 3)))
        for _ in range(draw(st.integers(1, 4))):
            stop = day + draw(st.integers(1, 3))
            to = draw(st.sampled_from(NEXT[state]))
            rows.append((f"S{who}", float(day), float(stop), state, to, *own))
            day, state = stop, to or state
            if state == "death":
                break
    names = [
        "subject_id",
        "start_day",
        "stop_day",
        "from_state",
        "to_state",
        "arm",
        "site",
        "count",
    ]
    return pd.DataFrame(rows, columns=names)
