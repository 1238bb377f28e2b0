"""Survival of the gaps between recurring events, when a subject's gaps are alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import ColumnReader, factorized
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.options import check_word
from afterglow.estimate.result import CurveResult
from afterglow.estimate.sample import named
from afterglow.estimate.survival_result import KaplanMeier
from afterglow.names import (
    DURATION,
    EVENT,
    GROUP,
    METHOD,
    N_EVENTS,
    SUBJECT,
    TERM,
    N,
)

WANG_CHANG: Final = "wang-chang"
POOLED: Final = "pooled"
METHODS: Final = (WANG_CHANG, POOLED)
N_GAPS: Final = "n_gaps"
N_COMPLETE: Final = "n_complete"
WEIGHT: Final = "weight"
ONE_END: Final = "A subject's gaps end with the event, but for the last, which may be cut off."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GapSurvival(CurveResult):
    """Survival curves of gaps, one a group.

    Attributes
    ----------
    fitted : KaplanMeier
        The weighted product-limit curves.
    counts : DataFrame
        Per group: n (subjects), n_gaps, n_complete (gaps that end with the event).
    method : str
    """

    fitted: KaplanMeier
    counts: pd.DataFrame
    method: str

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the curves at `times` (days since the gap began), with limits."""
        return self._named(self.fitted.at(times))

    def quantile(self, p: float | Sequence[float]) -> pd.DataFrame:
        """Return the days by which a share `p` of gaps has ended, with limits; NaN: not reached."""
        return self._named(self.fitted.quantile(p))

    def _named(self, rows: pd.DataFrame) -> pd.DataFrame:
        return _with_counts(rows, self.counts, self.method)

    def _ylabel(self) -> str:
        return "Gap not yet over"


def gap_survival(
    data: pd.DataFrame,
    *,
    subject: str = SUBJECT,
    duration: str = DURATION,
    event: str = EVENT,
    by: str | Sequence[str] | None = None,
    method: str = WANG_CHANG,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
) -> GapSurvival:
    """Estimate the share of gaps between events that last longer than t.

    Parameters
    ----------
    data : DataFrame, one row per gap
        Missing values in the named columns are errors.
    subject : str
        Whose gap it is.
    duration, event : str
        Days from the start of the gap, and whether it ended with the event. Every gap of a subject
        but the last does; the last is usually cut off by the end of observation.
    by : str or list of str, optional
        Groups of subjects.
    method : str
        ``wang-chang``: every subject counts once, its complete gaps with equal weights; a gap that
        is cut off counts only where the subject has no complete one. Right where the gaps of a
        subject are alike but subjects differ. ``pooled``: all gaps as if each were a subject of its
        own, the generalized product limit, R's ``survrec::psh.fit``. Subjects with short gaps have
        more of them, so that it is too low where subjects differ (length bias).
    conf_level, conf_type
        As in `kaplan_meier`; the variance is the infinitesimal jackknife over subjects.

    Returns
    -------
    GapSurvival
        `tidy()`: per group and time the estimate with limits; `n` counts subjects, `n_events`
        complete gaps, at_risk is weighted (subjects, each of weight 1, for ``wang-chang``).

    Raises
    ------
    InvalidInput
        The columns break the rules above, or a subject has two gaps without the event.
    UsageError
        An unknown word.

    Notes
    -----
    Leaving out the last, censored gap of those with complete ones is what makes the estimate
    right: a gap is more likely to be cut off the longer it is. It equals R's
    ``survrec::wc.fit``; that has no variance.

    References
    ----------
    Wang MC, Chang SH (1999). J Am Stat Assoc 94:146-153.
    Peña EA, Strawderman RL, Hollander M (2001). J Am Stat Assoc 96:1299-1315.
    """
    check_word("method", method, METHODS)
    ended, who = _checked(data, subject, duration, event, by)
    complete = np.bincount(who, weights=ended)[who]
    used = np.ones(len(data), dtype=bool)
    weight = np.ones(len(data))
    if method == WANG_CHANG:
        used = ended | (complete == 0)
        weight = 1.0 / np.maximum(complete, 1.0)
    fitted = kaplan_meier(
        data.assign(**{WEIGHT: weight})[used], duration=duration, event=event, by=by,
        weights=WEIGHT, weights_kind="sampling", cluster=subject, conf_level=conf_level,
        conf_type=conf_type,
    )  # fmt: skip
    words = f"{method} gap times, infinitesimal-jackknife variance, {conf_type} limits"
    counts = _counts(data, subject, ended, by)
    return GapSurvival(
        table=_with_counts(fitted.tidy(), counts, words), sentence=_sentence(fitted, words),
        fitted=fitted, counts=counts, method=words,
    )  # fmt: skip


def _checked(
    data: pd.DataFrame, subject: str, duration: str, event: str, by: Any
) -> tuple[np.ndarray, np.ndarray]:
    read = ColumnReader(data, subject, duration, event, *named(by))
    ended = read.event(event).astype(bool)
    read.duration(duration)
    who = read.codes(subject)[0]
    read.finish()
    cut_off = np.bincount(who, weights=~ended)[who]
    read.forbid(event, (cut_off > 1) & ~ended, "has two gaps of a subject without one", ONE_END)
    read.finish()
    return ended, who


def _counts(data: pd.DataFrame, subject: str, ended: np.ndarray, by: Any) -> pd.DataFrame:
    groups, labels = ColumnReader(data).label(by)
    who = factorized(data[subject])[0]
    rows = []
    for code, label in enumerate(labels):
        mine = groups == code
        rows.append((label, len(np.unique(who[mine])), int(mine.sum()), int(ended[mine].sum())))
    return pd.DataFrame(rows, columns=[GROUP, N, N_GAPS, N_COMPLETE])


def _with_counts(rows: pd.DataFrame, counts: pd.DataFrame, method: str) -> pd.DataFrame:
    own = counts.set_index(GROUP)
    found: dict[str, Any] = {
        TERM: "gap survival",
        N: rows[GROUP].map(own[N]),
        N_EVENTS: rows[GROUP].map(own[N_COMPLETE]),
        METHOD: method,
    }
    return rows.assign(**found)


def _sentence(fitted: KaplanMeier, words: str) -> str:
    parts = fitted.summary().replace("median survival", "median gap").split("; ")
    groups = [f"{part})" for part in parts if "median gap" in part]
    return f"{'; '.join(groups)}; {words}."
