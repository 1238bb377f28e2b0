"""The results: one long table from which every table, figure and sentence is made.

Every row is one statistic: `estimate` is its value, `statistic_name` says what it is, `section`
which part of the report it belongs to. Rows stand in the order of `SECTIONS`, then of the plan's
analyses; boxes of a flow and steps of a curve stand in their own order. Text is "" and numbers
are NaN where they do not apply. `group` is "" for everybody, a label of the analysis' `by` (or of
the plan's `report.arm`) in natural order, or "A vs B". `term` and `level` say which: a cause, a
rule for missing scores, a variable and its category.

- account: rows read (`group` the table, `term` in / aside / used, `level` the reason): n_rows, and
  subjects as `n`.
- flow: boxes from top to bottom. Of a population (analysis ""): n_remaining (`term` the box) and
  n_set_aside (`level` the reason) for those who leave below it. Of an analysis the boxes are
  "population" and "analysed", for everybody and for each group.
- analysis, proportion: `time_days` the day, `term` the rule for missing scores, or "reached" where
  the endpoint counts whenever it came: rate; difference and ratio ("A vs B"); with clusters icc,
  design_effect, n_clusters. Denominators (`term` ""): n_treated, n_with_baseline, n_due,
  n_observed; of "reached" n_treated, n_analysed.
- analysis, kaplan_meier: at the days asked for survival, at_risk, difference; of the curve median,
  quantile (`level` the share), follow_up_median (reverse Kaplan–Meier); n, n_events, n_competing
  (`level` the cause), n_censored.
- analysis, aalen_johansen: at the days asked for incidence and difference (`term` the cause, the
  endpoint's own under its name), event_free, at_risk, naive_incidence (1 − Kaplan–Meier, competing
  causes as censoring); then follow_up_median and the counts as above.
- analysis, logrank: logrank (`statistic`, `df`, `p_value`), logrank_trend; logrank_pair ("A vs B",
  adjusted `p_value`, `level` for how many pairs); per group observed, expected; counts. max_combo:
  max_combo per pair, max_combo_part (`term` the weighting) with p values of their own.
- analysis, rmst: `time_days` tau: restricted_mean, restricted_mean_time_lost per group; their
  restricted_mean_difference, restricted_mean_ratio, restricted_mean_time_lost_ratio ("A vs B");
  median and median_difference with bootstrap limits.
- analysis, aft: time_ratio and coefficient (`term`, `level` as for cox), scale (`level` the
  stratum), aic, bic, log_likelihood, likelihood_ratio_test, wald_test; in section curve
  cox_snell_hazard (`time_days` the residual). flexible_parametric: hazard_per_week and
  smooth_survival at the days asked for, hazard_per_week in section curve; aic, bic. pseudo_values:
  by link risk_difference, risk_ratio, odds_ratio, subdistribution_hazard_ratio, mean_difference or
  mean_ratio, and but for differences coefficient.
- analysis, cox: `term` the coefficient, `level` the plan's term: hazard_ratio and coefficient (its
  log); likelihood_ratio_test, wald_test (with `level`: of that term's coefficients together),
  score_test, robust_score_test; concordance; proportional_hazards_test (`level` the term, "" all
  together); at the days asked for adjusted_survival of each level in `group`; counts.
- analysis, weighted_kaplan_meier: as kaplan_meier; `term` "" weighted, "unweighted", or truncated;
  naive_survival (all watched to what ended the watch). n_decisions and n_boosted (`level` of which
  days), n_without_time_at_risk (`level` "", or by what they ended: in the model alone);
  weight_mean, _sd, _q05, _median, _q95, _largest, _largest_share, effective_n; coefficient,
  odds_ratio; nobody_boosted, share_nearly_certain, share_where_nearly_all (`term` the column),
  boosted_per_coefficient, largest_weight_share, smallest_effective_share; seen_by_expected of the
  model, `term` the site or arm and `level` which.
- analysis, turnbull: at the days asked for lowest_survival and highest_survival, quantile_from and
  quantile_to (`level` the share); of Kaplan–Meier by `term` "visit date" and "midpoint" survival,
  median, median_shift_low and _high, mean_delay_low and _high, certain_gap and largest_gap
  (`time_days` from when). In section curve support_from, support_to, support_mass and survival
  after it (`level` the box). interval_test: interval_test, interval_test_trend, score_sum per
  group. interval_regression: hazard_ratio or odds_ratio (of being free), coefficient,
  log_likelihood, likelihood_ratio_test, wald_test.
- analysis, interval_incidence: at the days asked for lowest_incidence and highest_incidence (`term`
  the cause or event_free; `level` "all hidden": all with another cause after days without a visit
  counted as relapsed in them), incidence (`level` "visit date": Aalen–Johansen), quantile_from and
  quantile_to (`level` the share), n_hidden. In section curve both bounds from each day on, and the
  incidence by visit dates. doubly_censored: lowest_ and highest_survival, or _incidence where
  causes compete, with within_variance, between_variance, share_between (of the variance; `level`
  the rule of imputation where not the plan's), quantile_from and _to; n_onset_known,
  mean_onset_width, share_seen (of all that lasted until a visit); survival and median of `level`
  "visit date".
- analysis, mean_cumulative_function: at the days asked for mean_count, at_risk, difference;
  mean_count_test; n, n_events (of all cycles), n_with_event (subjects), n_terminated, n_censored,
  n_without_time_at_risk.
- analysis, booster_latency: at the days asked for incidence and difference (`term` the endpoint for
  any booster, scheduled_, triggered_booster, booster_of_unknown_kind, or what came in its place),
  event_free, at_risk; wait_quantile (`level` the share), wait_of_boosted and wait_while_pending
  (of what was seen); n (subjects), n_relapses, n_events, n_boosters (`level` the kind),
  n_competing, n_censored, n_not_watched, n_boosted_while_pending (`level` "" or "first cycle").
- analysis, cycle_summary: `group` the cycle: incidence of the next booster, at_risk; gap_quantile
  (`level` the share; `group` "" all gaps); gap_survival of all gaps and pooled_gap_survival beside
  it; n, n_cycles, n_gaps, n_events, n_competing, n_censored; n_judged, n_maintained, n_responded,
  n_at_risk_of_relapse, n_relapsed, n_boosted_first (`level` the endpoint).
- analysis, score_within_cycle: predicted_score (`term` first cycle or later cycles, `time_days`
  since the last session), days_to_threshold (`level` the points), coefficient (`term`; standard
  deviations last); n, n_without_score, n_scores, n_later_scores, n_scores_left_out (`level` why).
- analysis, gray_test: gray_test (`term` the cause, the endpoint's own under its name); per group
  observed, expected; counts. fine_gray: subdistribution_hazard_ratio and coefficient, tests as of
  cox. cause_specific_cox: hazard_ratio, coefficient and tests, `group` the cause. Of both at the
  days asked for, and in section curve, adjusted_incidence (`term` the cause, `group` the level).
- analysis, multistate: at the days asked for occupancy (`term` the state), at_risk; days_in_state
  (`time_days` until when); n_moves (`term` "from → to"); markov_test, entry_week_hazard_ratio; n,
  n_events (moves), n_without_path. In section curve occupancy. Where expected: days_well,
  days_in_relapse, days_symptomatic, treatment_free_days, sessions, sessions_per_well_month, and
  their difference (`term` which). transition_probability (`level` from when, `time_days` to when)
  and cumulative_hazard of each move.
  Of the clock-reset model clock_reset_occupancy, clock_reset_difference (from occupancy, `p_value`
  by Holm), clock_reset_days_in_state, clock_reset_test, clock_reset_entry_week_hazard_ratio,
  median_stay (`n` stays) and left_by (`time_days` since entry); in section curve
  clock_reset_occupancy.
- analysis, transition_models: `group` "from → to": n_moves, hazard_ratio, coefficient, tests as
  of cox (`group` "" of all moves together); n, n_events (moves), n_without_path.
- analysis, recurrent_cox: rate_ratio (wlw: hazard_ratio) and coefficient, `group` "event 2" where
  effects are an event's own; tests as in cox; counts as above, and with terms of the cycle
  n_cycles_left_out and n_events_left_out (`level` why). frailty: hazard_ratio, coefficient,
  frailty_variance (with the test of 0), n_clusters.
- analysis, target_trial: `group` the strategy, days since time zero: n_clones (copies),
  n_not_cloned, n_clone_events; by `term` "before" the event or, where days in relapse are followed,
  "after" it n_deviated (`level` how), n_to_horizon, n_censored_early (follow-up ended) and
  person_days ("all": of both): before, n_clones = n_clone_events + these three; after,
  n_clone_events = these three. At the days asked for survival, unweighted_survival, difference;
  restricted_mean (days free of the event to the horizon) and its _difference; with relapse_days
  share_in_relapse, days_in_relapse and its _difference. Weights by day of those free of the event
  ("before") and of all followed ("all"): n_weighted, weight_mean, weight_largest, effective_n,
  weight_per_clone (their sum by n_clones); booster_odds_ratio. In section curve survival,
  share_in_relapse, effective_n.
- analysis, any estimator with groups formed after day 0: immortal_person_days (`level` the plan's
  word, `n` subjects in whom it came to be known while they were followed).
- analysis, strategy_comparison: `group` the strategy, in `strategy` what it does with each event:
  at the days asked for free_of_event, at_risk, event_free (free of all that competes); median; n,
  n_events and so on. `group` "": worst_case and best_case by day; n_came_first (`term` the event
  that is varied) by day, n_event_seen (in how many of those the endpoint's own is seen, looking
  through), last_score_mean and last_score_sd before it (`level` "concerned", or "others at risk"
  on the same days) and their last_score_difference. Of the weighted strategy free_without_weights
  and n_without_time_at_risk (of those compared; `level` "", or by what they ended).
  primary_strategy: 1 in the `group` that the analysis in `level` names as primary; 0 for none. In
  section sensitivity, by `term` and `level` as below: n, n_events, free_of_event.
- analysis, landmark_prediction: by day of prediction (`time_days`, since the origin) n_at_landmark
  (`level` at risk, or event, competing, censored within the horizon), n_set_aside_at_landmark
  (`level` the reason), predicted_quantile (`level` the share) and predicted_at_score (`level` the
  last score, other predictors average). hazard_ratio, coefficient and
  predictor_mean of each hazard (`group` "relapse" or "competing"), ridge_penalty (per event),
  baseline_cumulative_hazard (from that day to its horizon). Of the model and its rivals in `term`
  ("model", "baseline only", "without predictors"), by validation in `level` ("apparent",
  "optimism-corrected", "left-out subjects", "left-out sites" with the site in `group`), on all days
  together or on one (`time_days`): brier (days²: mean squared error), scaled_brier, auc,
  concordance, calibration_intercept, calibration_slope, ici, e50, e90 (auc, concordance and slope
  of a site warn below 10 subjects with the event); by site expected_sum, observed_sum,
  observed_over_expected and n_with_event; n_resamples. n_subjects, n_with_event, n_predictors,
  events_per_predictor, n_needed_for_shrinkage, n_needed_for_optimism and n_needed_for_risk
  (Riley). In section curve calibration_curve and calibration_bin (`statistic` the prediction),
  net_benefit and share_acted_on (`statistic` the threshold, `term` whom one acts on) and
  net_benefit_difference (the model's less that of `term`; limits robust, summed over subjects),
  baseline_hazard (`time_days` since the origin).
- curve: the same curves at every time at which somebody leaves; at_risk, events (`term` the cause)
  and censored at that time. Of a Cox model log_hazard_ratio_over_time (`level` the term,
  `statistic` the transformed time).
- risk_table: at_risk on the ticks of the figure; events of the endpoint, competing ones and
  censored, each up to then.
- endings: n_ended, `level` the reason for which rows of an analysis ended.
- sensitivity: companions of each primary analysis. `term` the rule (unconfirmed,
  session_while_pending, max_gap_days), `level` the choice: as_planned (1 or 0), then the headline
  statistics under their own names. n_affected (`level` "") counts whom the rule touches; "course
  unfinished" has that row only.
- visit_sensitivity: companions of each primary curve of a relapse. Per group share_unscheduled (of
  its `n` scores while at risk) and first_seen_unscheduled (of its `n` events that a visit showed).
  `term` the visits used (all visits, scheduled visits, every second visit): n, n_events, and at the
  days asked for incidence or survival (`level` "visit date"), lowest_ and highest_incidence or
  _survival ("between visits"); of all visits late_points_low and _high (how much too low the
  incidence by visit dates is), late_days_low and _high (how late an event is dated),
  median_shift_low and _high.
- baseline, exposure, tolerability: `term` the variable: n, n_missing, mean, sd, median, q1, q3; or
  share (`level` the category; `n_events` of `n`). Never an extreme or one subject's value.
- trajectory: `term` the instrument: mean with t limits and `n` observed, and sd, by `time_days`.
- visits, follow_up: share of scores at visits scheduled or not (`term` the instrument); share of
  subjects by the reason their follow-up ended, and its length.
- warnings: `warning` the sentence, `term` its kind, `estimate` how often where that is a count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from afterglow.names import (
    ANALYSIS,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    CYCLE,
    DF,
    ENDPOINT,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    P_VALUE,
    POPULATION,
    STATISTIC,
    STATISTIC_NAME,
    STD_ERROR,
    STRATEGY,
    TERM,
    TIME,
    WARNING,
    N,
)

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]

ROLE: Final = "role"
SECTION: Final = "section"
LEVEL: Final = "level"
SECTIONS: Final = (
    "account", "flow", "analysis", "curve", "risk_table", "endings", "sensitivity",
    "visit_sensitivity", "baseline", "exposure", "tolerability", "trajectory", "visits",
    "follow_up", "warnings",
)  # fmt: skip
TEXT_COLUMNS: Final = (
    SECTION, ROLE, ANALYSIS, ENDPOINT, POPULATION, STRATEGY, GROUP, TERM, LEVEL, STATISTIC_NAME,
)  # fmt: skip
NUMBER_COLUMNS: Final = (
    ESTIMATE, STD_ERROR, STATISTIC, DF, P_VALUE, CONF_LOW, CONF_HIGH, CONF_LEVEL, N, N_EVENTS,
)  # fmt: skip
COLUMNS: Final = (
    SECTION, ROLE, ANALYSIS, ENDPOINT, POPULATION, STRATEGY, CYCLE, GROUP, TERM, LEVEL, TIME,
    STATISTIC_NAME, *NUMBER_COLUMNS, METHOD, WARNING,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """All numbers of a run.

    Attributes
    ----------
    table : DataFrame
        One row per statistic, `COLUMNS`, laid out as this file says at its top.
    """

    table: "pd.DataFrame"

    def select(self, **equal: Any) -> "pd.DataFrame":
        """Return a copy of the rows in which every named column equals the given value."""
        rows = self.table
        for name, value in equal.items():
            rows = rows[rows[name] == value]
        return rows.reset_index(drop=True)

    def beside(self, *statistics: str, **equal: Any) -> "pd.DataFrame":
        """Return selected rows with some statistics side by side.

        Returns
        -------
        DataFrame
            One row per group, term, level and time in their order, one column per name in
            `statistics` with its estimate; NaN where there is no such row.
        """
        import pandas as pd

        keys = [GROUP, TERM, LEVEL, TIME]
        rows = self.select(**equal)
        rows = rows[rows[STATISTIC_NAME].isin(statistics)]
        wide = rows[keys].drop_duplicates().reset_index(drop=True)
        for name in statistics:
            mine = rows.loc[rows[STATISTIC_NAME] == name, [*keys, ESTIMATE]]
            mine = mine.rename(columns={ESTIMATE: name})
            wide = pd.merge(wide, mine, on=keys, how="left", validate="one_to_one")
        return wide


def results_from(rows: Iterable[Mapping[str, Any]]) -> Results:
    """Build the table from rows that name only the columns they need, sections in their order."""
    import numpy as np
    import pandas as pd

    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    for name in (*TEXT_COLUMNS, METHOD, WARNING):
        table[name] = table[name].astype(object).where(table[name].notna(), "")
    for name in (*NUMBER_COLUMNS, TIME):
        table[name] = pd.to_numeric(table[name]).astype(np.float64)
    table[CYCLE] = pd.to_numeric(table[CYCLE]).fillna(0).astype(np.int64)
    place = table[SECTION].map({name: place for place, name in enumerate(SECTIONS)})
    order = np.argsort(place.to_numpy(), kind="stable")
    return Results(table.iloc[order].reset_index(drop=True))
