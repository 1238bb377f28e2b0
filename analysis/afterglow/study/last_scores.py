"""The last score before something happens to a subject, beside that of the others still at risk."""

from typing import Any

import numpy as np
import pandas as pd

from afterglow.names import (
    DAY,
    DURATION,
    ENTRY,
    INSTRUMENT,
    ORIGIN_DAY,
    RATER,
    SCORE,
    SUBJECT,
    TIMING,
)
from afterglow.study.derive import chosen_raters
from afterglow.study.setting import Setting

KNOWN_FROM = "known_from"
KNOWN_UNTIL = "known_until"
POST_DOSE = "post-dose"
UNTAGGED = "untagged"


def known_scores(endpoint: Any, setting: Setting) -> pd.DataFrame:
    """Return the scores that an endpoint looks at, and from when until when each is the last one.

    Returns
    -------
    DataFrame
        subject_id, score (points), known_from, known_until (days since the first session): a score
        after a dose counts from the next day on, others on their own day.
    """
    library, scores = setting.library, setting.cohort.scores
    instrument = library.get(endpoint.instrument).id
    kept = scores[INSTRUMENT] == instrument
    rater = chosen_raters(setting.plan, library).get(instrument)
    if rater is not None:
        kept &= scores[RATER] == rater
    if endpoint.timing is not None:
        kept &= scores[TIMING].isin(["" if word == UNTAGGED else word for word in endpoint.timing])
    mine = scores.loc[kept, [SUBJECT, DAY, SCORE, TIMING]]
    after_dose = (mine[TIMING] == POST_DOSE).to_numpy()
    day = mine[DAY].to_numpy()
    known = mine.assign(**{KNOWN_FROM: np.where(after_dose, np.floor(day) + 1.0, day)})
    known = known.sort_values([SUBJECT, KNOWN_FROM], kind="stable").reset_index(drop=True)
    until = known.groupby(SUBJECT, sort=False)[KNOWN_FROM].shift(-1).fillna(np.inf)
    return known[[SUBJECT, SCORE, KNOWN_FROM]].assign(**{KNOWN_UNTIL: until})


def scores_before(rows: pd.DataFrame, known: pd.DataFrame) -> np.ndarray:
    """Return the last score known when each row ends, NaN where there is none."""
    end = rows[[SUBJECT]].assign(place=np.arange(len(rows)), end=rows[ORIGIN_DAY] + rows[DURATION])
    both = pd.merge(end, known, on=SUBJECT, how="inner")
    both = both[(both[KNOWN_FROM] <= both["end"]) & (both["end"] < both[KNOWN_UNTIL])]
    found = np.full(len(rows), np.nan)
    found[both["place"].to_numpy()] = both[SCORE].to_numpy()
    return found


def scores_at_risk(rows: pd.DataFrame, known: pd.DataFrame, times: np.ndarray) -> tuple:
    """Return the sum of the last scores, and their number, of those at risk at each time.

    Parameters
    ----------
    rows : DataFrame
        subject_id, origin_day, entry_days, duration_days: at risk within (entry, duration], from
        the origin itself where entry is not delayed.
    known : DataFrame
        Of `known_scores`.
    times : array
        Days since each subject's origin.

    Returns
    -------
    (array, array)
    """
    own = rows[[SUBJECT, ORIGIN_DAY, ENTRY, DURATION]]
    both = pd.merge(own, known, on=SUBJECT, how="inner")
    late = (both[ENTRY] > 0).to_numpy()
    entered = np.nextafter(both[ENTRY].to_numpy(), np.inf)
    begin = both[KNOWN_FROM].to_numpy() - both[ORIGIN_DAY].to_numpy()
    begin = np.where(late, np.maximum(begin, entered), begin)
    end = np.minimum(
        both[KNOWN_UNTIL].to_numpy() - both[ORIGIN_DAY].to_numpy(),
        np.nextafter(both[DURATION].to_numpy(), np.inf),
    )
    kept = begin < end
    score, begin, end = both[SCORE].to_numpy()[kept], begin[kept], end[kept]
    total = _up_to(begin, score, times) - _up_to(end, score, times)
    number = _up_to(begin, np.ones(len(score)), times) - _up_to(end, np.ones(len(score)), times)
    return total, number


def _up_to(moments: np.ndarray, values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the sum of the values whose moment is at or before each time."""
    order = np.lexsort((values, moments))
    sums = np.concatenate([[0.0], np.cumsum(values[order])])
    return sums[np.searchsorted(moments[order], times, side="right")]
