"""Endpoint rows under ADaM's names: the time-to-event dataset ADTTE, as far as it can be said.

ADaM's own columns keep ADaM's meaning: CNSR is 0 for the event and above 0 for everything else.
What ADaM has no word for (delayed entry, the interval that holds the event, the origin's own
interval) stands in further columns; `COLUMNS` says what each is. There are no calendar dates, so
the dates ADT and STARTDT are left out.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from afterglow.names import (
    ARM,
    CAUSE,
    CYCLE,
    DURATION,
    ENDPOINT,
    ENTRY,
    EVENT,
    LOWER,
    ORIGIN_DAY,
    ORIGIN_LOWER_DAY,
    REASON,
    SITE,
    SUBJECT,
    UPPER,
)
from afterglow.plan.model import Plan

if TYPE_CHECKING:
    import pandas as pd

LONGEST_CODE: Final = 8
EVENT_HAPPENED: Final = 0
CENSORED: Final = 1
COMPETING_EVENT: Final = 2


@dataclass(frozen=True, slots=True)
class AdamColumn:
    """One column of the dataset: its name, what it holds, and the column of ours it is made of."""

    name: str
    meaning: str
    made_of: str
    adam: bool = True


COLUMNS: Final = (
    AdamColumn("STUDYID", "title of the plan", "plan"),
    AdamColumn("USUBJID", "subject", SUBJECT),
    AdamColumn("SITEID", "site; left out where the cohort has none", SITE),
    AdamColumn("TRT01P", "group as the cohort gives it; left out where there is none", ARM),
    AdamColumn("PARAMCD", "endpoint, upper case, at most 8 letters", ENDPOINT),
    AdamColumn("PARAM", "endpoint in words, and its plan key", ENDPOINT),
    AdamColumn("AVAL", "days from the origin to the event or to the end of its watch", DURATION),
    AdamColumn("AVALU", "unit of AVAL", "constant DAYS"),
    AdamColumn(
        "CNSR",
        "0 the endpoint's event, 1 censored, 2 ended by a competing event",
        f"{EVENT}, {CAUSE}",
    ),
    AdamColumn("EVNTDESC", "what ended the watch: the endpoint or the competing event", CAUSE),
    AdamColumn("CNSDTDSC", "why follow-up ended; empty for the endpoint's event", REASON),
    AdamColumn("CYCLE", "1 the course, 2 the first booster block, and so on", CYCLE, adam=False),
    AdamColumn("ORIGDY", "origin, days since the first session = day 0", ORIGIN_DAY, adam=False),
    AdamColumn(
        "ORIGLODY",
        "last day known before the origin, where a visit shows it",
        ORIGIN_LOWER_DAY,
        adam=False,
    ),
    AdamColumn("ENTRYDUR", "days from the origin until at risk", ENTRY, adam=False),
    AdamColumn("LOWERDUR", "days from the origin to the last time known free", LOWER, adam=False),
    AdamColumn(
        "UPPERDUR",
        "days from the origin by which the event is known; empty if not",
        UPPER,
        adam=False,
    ),
)


def adtte(rows: "pd.DataFrame", subjects: "pd.DataFrame", plan: Plan) -> "pd.DataFrame":
    """Return endpoint rows as ADTTE.

    Parameters
    ----------
    rows : DataFrame
        As `Derived.rows`: one row per subject, cycle and endpoint.
    subjects : DataFrame
        The cohort's subjects, for site and group.
    plan : Plan

    Returns
    -------
    DataFrame
        One row per row of `rows`, in its order; the columns of `COLUMNS`.

    """
    import pandas as pd

    codes = parameter_codes(plan)
    labels = {name: f"{end.label or name} [{name}]" for name, end in plan.endpoint.items()}
    competing = ~rows[EVENT] & (rows[CAUSE] != "")
    known = subjects.set_index(SUBJECT)
    columns = {
        "STUDYID": plan.title,
        "USUBJID": rows[SUBJECT],
        **{
            adam: rows[SUBJECT].map(known[ours])
            for adam, ours in (("SITEID", SITE), ("TRT01P", ARM))
            if ours in known
        },
        "PARAMCD": rows[ENDPOINT].map(codes),
        "PARAM": rows[ENDPOINT].map(labels),
        "AVAL": rows[DURATION],
        "AVALU": "DAYS",
        "CNSR": np.select([rows[EVENT], competing], [EVENT_HAPPENED, COMPETING_EVENT], CENSORED),
        "EVNTDESC": rows[CAUSE],
        "CNSDTDSC": rows[REASON].where(~rows[EVENT], ""),
        "CYCLE": rows[CYCLE],
        "ORIGDY": rows[ORIGIN_DAY],
        "ORIGLODY": rows[ORIGIN_LOWER_DAY],
        "ENTRYDUR": rows[ENTRY],
        "LOWERDUR": rows[LOWER],
        "UPPERDUR": rows[UPPER].replace(np.inf, np.nan),
    }
    return pd.DataFrame(columns, index=rows.index)


def adtte_columns() -> "pd.DataFrame":
    """Return what each column holds: name, meaning, column of ours, whether ADaM names it."""
    import pandas as pd

    rows = [(c.name, c.meaning, c.made_of, "ADaM" if c.adam else "further") for c in COLUMNS]
    return pd.DataFrame(rows, columns=["column", "meaning", "made_of", "kind"])


def parameter_codes(plan: Plan) -> dict[str, str]:
    """Return a PARAMCD of at most 8 letters for each endpoint, the same whenever it is asked.

    A longer name is cut; where two names then meet, the later ones end in 2, 3, ….
    """
    codes: dict[str, str] = {}
    for name in plan.endpoint:
        wanted = name.upper().replace("_", "")[:LONGEST_CODE]
        code, number = wanted, 1
        while code in codes.values():
            number += 1
            code = f"{wanted[: LONGEST_CODE - len(str(number))]}{number}"
        codes[name] = code
    return codes
