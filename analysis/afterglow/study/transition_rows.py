"""Rows of Cox models of the moves between states: ratios of rates, move by move."""

import pandas as pd

from afterglow.estimate.checks import Codes
from afterglow.estimate.cox.result import Cox
from afterglow.estimate.multistate.transition_models import (
    Move,
    TransitionModels,
    joined_models,
    transition_models,
)
from afterglow.names import (
    FROM_STATE,
    GROUP,
    HAZARD_RATIO,
    N_EVENTS,
    START_DAY,
    STOP_DAY,
    SUBJECT,
    TERM,
    TO_STATE,
    N,
)
from afterglow.phrases import ARROW
from afterglow.plan.multistate_analyses import TransitionModelsAnalysis
from afterglow.study.curves import NOBODY
from afterglow.study.groups import CLUSTER, STRATUM
from afterglow.study.recurrent_rows import TESTS, WITH_ROBUST_VARIANCE
from afterglow.study.regressions import Material, coefficient_rows, empty_rows, material
from afterglow.study.results import Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting
from afterglow.study.state_paths import placed_paths

N_WITHOUT_PATH = "n_without_path"
TOO_FEW = "made fewer than {fewest:d} times, which is too few for a model"
NEVER_MADE = "nobody made this move"


def transition_model_rows(
    name: str,
    analysis: TransitionModelsAnalysis,
    setting: Setting,
    *,
    headline: bool = False,
) -> list[Row]:
    """Return the rows of a Cox model of each move; `headline` leaves the tests out."""
    head = analysis_head(name, analysis, "analysis")
    given = material(name, analysis, setting)
    columns = dict.fromkeys(one.column for one in analysis.changing)
    paths = placed_paths(given.found, analysis, setting, list(columns))
    changing = {one.label: paths[one.column] / one.per for one in analysis.changing}
    paths = paths.assign(**changing)
    terms = given.terms | {one.label: one.column for one in analysis.changing}
    counts = _counts(head, given, paths)
    if not len(paths):
        return [*counts, not_estimated(head, HAZARD_RATIO, NOBODY)]
    made = _made(paths)
    asked = analysis.pairs or list(made)
    rows: list[Row] = []
    models: dict[Move, Cox] = {}
    clusters: dict[Move, Codes] = {}
    for move in asked:
        words = {GROUP: ARROW.join(move)}
        rows.append(statistic(head, "n_moves", float(made.get(move, 0)), **words))
        fitted, why = _fitted(analysis, given, paths, list(terms), move, made.get(move, 0))
        if fitted is None:
            rows.append(not_estimated(head, HAZARD_RATIO, why, **words))
            continue
        models |= fitted.models
        clusters |= fitted.clusters
        table = fitted.tidy().assign(**words)
        rows += coefficient_rows(head, table, terms, ratio=HAZARD_RATIO)
        rows += [] if headline else _tests(head, analysis, fitted, ARROW.join(move))
    rows += empty_rows(head, given, HAZARD_RATIO)
    if len(models) > 1 and not headline and not analysis.robust and not analysis.cluster:
        rows += _tests(head, analysis, joined_models(models, clusters), "")
    return [*counts, *rows]


def _made(paths: pd.DataFrame) -> dict[Move, int]:
    """Return how often each move was made, in the order of their names."""
    moved = paths[(paths[TO_STATE] != "") & (paths[TO_STATE] != paths[FROM_STATE])]
    found = moved.groupby([FROM_STATE, TO_STATE]).size()
    ends = zip(found.index.get_level_values(0), found.index.get_level_values(1))
    return {(str(a), str(b)): int(n) for (a, b), n in zip(ends, found)}


def _counts(head: Row, given: Material, paths: pd.DataFrame) -> list[Row]:
    n = len(given.rows)
    return [
        statistic(head, N, float(n)),
        statistic(head, N_EVENTS, float(sum(_made(paths).values()))),
        statistic(head, N_WITHOUT_PATH, float(n - paths[SUBJECT].nunique())),
    ]


def _fitted(
    analysis: TransitionModelsAnalysis,
    given: Material,
    paths: pd.DataFrame,
    terms: list[str],
    move: Move,
    made: int,
) -> tuple[TransitionModels | None, str]:
    fewest = 1 if analysis.moves else analysis.fewest_events
    if made < fewest:
        return None, TOO_FEW.format(fewest=fewest) if made else NEVER_MADE
    own = [term for term in terms if term in paths]
    stretches = paths[[SUBJECT, START_DAY, STOP_DAY, FROM_STATE, TO_STATE, *own]]
    known = [c for c in (STRATUM, CLUSTER, *given.columns) if c in given.rows]
    rows = stretches.merge(given.rows[[SUBJECT, *known]], on=SUBJECT, validate="many_to_one")
    return attempted(
        lambda: transition_models(
            rows, terms, moves=[move], strata=given.strata, cluster=given.cluster,
            ties=analysis.ties, robust=analysis.robust or bool(given.cluster),
            conf_level=analysis.conf_level,
        )
    )  # fmt: skip


def _tests(
    head: Row, analysis: TransitionModelsAnalysis, models: TransitionModels, group: str
) -> list[Row]:
    rows = []
    for _, row in models.tests().tidy().iterrows():
        if not analysis.robust or row[TERM] in WITH_ROBUST_VARIANCE:
            table = row.to_frame().T.drop(columns=TERM)
            rows += statistics(head, TESTS[row[TERM]], table, **{GROUP: group})
    return rows
