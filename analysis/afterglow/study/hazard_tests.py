"""Log-rank analyses: one test per analysis, with observed and expected events of each group."""

from afterglow.estimate.logrank import logrank
from afterglow.names import DURATION, ESTIMATE, EVENT, EXPECTED, GROUP, OBSERVED, TERM, N
from afterglow.plan.analyses import LogrankAnalysis
from afterglow.study.analysed import analysed
from afterglow.study.curves import NOBODY, count_rows, labelled_naive, with_entry
from afterglow.study.groups import CLUSTER, STRATUM
from afterglow.study.results import Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistics
from afterglow.study.setting import Setting

LOGRANK = "logrank"


def logrank_rows(
    name: str, analysis: LogrankAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a log-rank test; groups that cannot be compared give a warning."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    counts = count_rows(head, found)
    if not len(found.rows):
        return [*counts, not_estimated(head, LOGRANK, NOBODY)]
    rows, entry = with_entry(found.rows)
    test, why = attempted(
        lambda: logrank(
            rows, by=GROUP, duration=DURATION, event=EVENT, entry=entry,
            strata=STRATUM if analysis.strata else None,
            cluster=CLUSTER if analysis.cluster else None,
        )
    )  # fmt: skip
    if test is None:
        return [*counts, not_estimated(head, LOGRANK, why)]
    result = statistics(head, LOGRANK, test.tidy().head(1).drop(columns=TERM))
    if found.competing:
        result = [labelled_naive(row) for row in result]
    for part in () if headline else (OBSERVED, EXPECTED):
        groups = test.groups[[GROUP, N, part]].rename(columns={part: ESTIMATE})
        result += statistics(head, part, groups)
    return [*counts, *result]
