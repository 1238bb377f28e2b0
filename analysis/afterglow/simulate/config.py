"""All parameters of a simulated cohort, with units; the defaults are those of the demo cohort."""

from string import ascii_uppercase
from typing import Self

from pydantic import Field, model_validator

from afterglow.errors import UsageError
from afterglow.simulate.settings import NotNegative, Positive, Settings, Share
from afterglow.simulate.sites import DEMO_ROUTES, DEMO_SITES, RouteHabit, SiteHabit


class People(Settings):
    """Who comes: diagnoses, ages, earlier treatment, payers."""

    diagnosis_shares: dict[str, Positive] = Field(
        default={
            "TRD": 0.46,
            "MDD": 0.24,
            "bipolar depression": 0.1,
            "PTSD": 0.12,
            "GAD": 0.05,
            "OCD": 0.03,
        },
        description="Relative frequency of each diagnosis.",
    )
    female_share: Share = Field(default=0.6, description="Probability that sex is F.")
    age_mean_years: Positive = Field(default=46, description="Mean age at day 0, years.")
    age_sd_years: Positive = Field(default=15, description="Standard deviation of age, years.")
    failures_mean: Positive = Field(
        default=2.2,
        description="Mean count of earlier failed treatments; at least 2 in TRD.",
    )
    antidepressant_share: Share = Field(
        default=0.68, description="Probability of a concurrent antidepressant."
    )
    psychotherapy_share: Share = Field(
        default=0.3, description="Probability of psychotherapy alongside the sessions."
    )
    payer_shares: dict[str, Positive] = Field(
        default={"commercial": 0.45, "public": 0.25, "self-pay": 0.3},
        description="Relative frequency of each payer.",
    )
    payer_cost_usd: dict[str, NotNegative] = Field(
        default={"commercial": 110, "public": 40, "self-pay": 420},
        description="Median price of one session to the subject by payer, US dollars.",
    )
    no_baseline_share: Share = Field(
        default=0.03, description="Probability that no score exists up to the first dose."
    )
    single_visit_share: Share = Field(
        default=0.02, description="Probability of never returning after day 0."
    )


class Symptoms(Settings):
    """The latent severity (MADRS points) and what a session does to it.

    Severity at time t is baseline * (1 - responsiveness * carried effect) * (1 - recovery) +
    wander; recovery grows from 0 to `recovery_share` with `recovery_days`. The carried
    effect is 1 - (1 - fast) * (1 - slow); each session adds gain * (1 - what is left) to either
    part, reached with `onset_days` and lost again with the part's decay time.
    """

    baseline_mean_points: float = Field(default=33, description="Mean untreated severity, points.")
    baseline_sd_points: Positive = Field(default=6, description="Its standard deviation, points.")
    baseline_min_points: float = Field(default=21, description="Least untreated severity, points.")
    baseline_max_points: float = Field(default=54, description="Greatest untreated one, points.")
    responsiveness_logit_mean: float = Field(
        default=0.75, description="Mean logit of the largest reachable improvement (share)."
    )
    responsiveness_logit_sd: NotNegative = Field(
        default=1.9, description="Standard deviation of that logit between subjects."
    )
    responsiveness_per_failure_logit: float = Field(
        default=-0.12, description="Change of that logit per earlier failed treatment over 2."
    )
    arm_responsiveness_logit: dict[str, float] = Field(
        default={"racemic ketamine": 0.0, "esketamine": -0.25},
        description="Change of that logit by arm.",
    )
    onset_days: Positive = Field(default=0.1, description="Time constant of onset, days.")
    fast_gain: Share = Field(default=0.62, description="Fast effect added by one session, share.")
    fast_decay_days: Positive = Field(default=5, description="Decay time of the fast part, days.")
    slow_gain: Share = Field(default=0.35, description="Slow effect added by one session, share.")
    slow_decay_median_days: Positive = Field(
        default=38, description="Median over subjects of the slow part's decay time, days."
    )
    slow_decay_log_sd: NotNegative = Field(
        default=0.7, description="Standard deviation of the log decay time between subjects."
    )
    arm_decay_ratio: dict[str, Positive] = Field(
        default={"racemic ketamine": 1.0, "esketamine": 0.7},
        description="Ratio of the slow decay time by arm.",
    )
    psychotherapy_decay_ratio: Positive = Field(
        default=1.25, description="Ratio of the slow decay time with psychotherapy."
    )
    recovery_share: Share = Field(
        default=0.15, description="Improvement that comes by itself, share of severity."
    )
    recovery_days: Positive = Field(
        default=120, description="Time constant of that improvement from day 0, days."
    )
    wander_sd_points: NotNegative = Field(
        default=2.5, description="Standard deviation of the slow wander of severity, points."
    )
    wander_memory_days: Positive = Field(
        default=20, description="Correlation time of that wander, days."
    )
    relapse_points: float = Field(
        default=22, description="Severity from which the truth says relapse, points."
    )
    response_percent: float = Field(
        default=50, gt=0, lt=100, description="Improvement from which the truth says response, %."
    )
    horizon_days: int = Field(
        default=730, ge=1, description="How long after the course the truth is looked for, days."
    )
    other_treatment_share: Share = Field(
        default=0.35, description="Improvement reached by a switch or ECT, share of severity."
    )
    other_treatment_days: Positive = Field(
        default=14, description="Time constant of that improvement, days."
    )


class Care(Settings):
    """Visits, boosters and doses that every clinic handles alike."""

    missed_session_share: Share = Field(
        default=0.06, description="Probability that a session of the course is missed."
    )
    late_session_share: Share = Field(
        default=0.12, description="Probability that a session is a day later than planned."
    )
    screening_share: Share = Field(
        default=0.6, description="Probability of a screening visit 1-14 days before day 0."
    )
    hourly_share: Share = Field(
        default=0.22, description="Probability of MADRS at 2 h, 4 h and 24 h after the first dose."
    )
    unscheduled_per_day: NotNegative = Field(
        default=0.006, description="Unscheduled visits per day at the relapse severity."
    )
    unscheduled_log_per_point: float = Field(
        default=0.11, description="Change of the log of that rate per point of severity."
    )
    booster_wait_days: int = Field(
        default=12, ge=0, description="Least days from the course's last session to a booster."
    )
    booster_rest_days: int = Field(
        default=8, ge=1, description="Least days between two boosters outside a block."
    )
    block_sessions: int = Field(default=4, ge=2, description="Sessions of a re-induction block.")
    block_gap_days: int = Field(default=3, ge=1, description="Days between them.")
    maintenance_kept_share: Share = Field(
        default=0.93, description="Probability that another calendar booster is planned."
    )
    worthwhile_percent: float = Field(
        default=30, description="Best observed improvement from which boosters are offered, %."
    )
    booster_accepted_logit: float = Field(
        default=1.3, description="Logit of accepting a booster at a price of 200 US dollars."
    )
    accepted_per_200_usd_logit: float = Field(
        default=-0.7, description="Change of that logit per 200 US dollars of price."
    )


class Attrition(Settings):
    """How follow-up ends, and the events on the way."""

    follow_up_days: int = Field(default=365, ge=30, description="Planned follow-up, days.")
    late_entry_share: Share = Field(
        default=0.25, description="Probability that the study closes before that."
    )
    shortest_follow_up_days: int = Field(
        default=120, ge=1, description="Earliest administrative end, days."
    )
    drop_out_per_day: NotNegative = Field(
        default=0.0011, description="Drop-out per day at a severity of 20 and 200 US dollars."
    )
    course_drop_out_ratio: Positive = Field(
        default=5.0, description="Ratio of that rate during the course."
    )
    drop_out_log_per_point: float = Field(
        default=0.045, description="Change of its log per point of severity."
    )
    drop_out_log_per_200_usd: float = Field(
        default=0.35, description="Change of its log per 200 US dollars of price."
    )
    withdrawal_share: Share = Field(
        default=0.4, description="Probability that a drop-out is a stated withdrawal."
    )
    switch_per_day: NotNegative = Field(
        default=0.0016, description="Switch of treatment per day at a severity of 30 points."
    )
    ect_per_day: NotNegative = Field(
        default=0.0004, description="Start of ECT per day at a severity of 30 points."
    )
    hospitalisation_per_day: NotNegative = Field(
        default=0.0004, description="Psychiatric admission per day at a severity of 30 points."
    )
    suicide_attempt_per_day: NotNegative = Field(
        default=0.00006, description="Suicide attempt per day at a severity of 30 points."
    )
    events_log_per_point: float = Field(
        default=0.1, description="Change of the log of these four rates per point of severity."
    )
    adverse_event_share: Share = Field(
        default=0.14, description="Probability of a recorded adverse event in a session."
    )


class Measurement(Settings):
    """How the instruments see the latent severity."""

    madrs_error_sd_points: NotNegative = Field(
        default=2.3, description="Standard deviation of a MADRS total about severity, points."
    )
    phq9_slope: Positive = Field(default=1.22, description="Share of PHQ-9 per share of severity.")
    gad7_slope: Positive = Field(default=1.12, description="Share of GAD-7 per share of severity.")
    pcl5_slope: Positive = Field(default=1.1, description="Share of PCL-5 per share of severity.")
    person_offset_sd: NotNegative = Field(
        default=0.07, description="Standard deviation of a subject's own offset, share of range."
    )
    self_report_error_sd: NotNegative = Field(
        default=0.05, description="Standard deviation of GAD-7 and PCL-5 totals, share of range."
    )
    recall_share: Share = Field(
        default=0.35, description="Weight of the past two weeks in a self-report."
    )
    missing_score_share: Share = Field(default=0.012, description="Probability of an empty total.")
    missing_item_share: Share = Field(
        default=0.008, description="Probability that one PHQ-9 item is skipped."
    )
    careless_form_share: Share = Field(
        default=0.01, description="Probability that about half of a PHQ-9 form is empty."
    )


class SimulationConfig(Settings):
    """A simulated cohort: size, people, symptoms, care, attrition, measurement, routes, sites."""

    subjects: int = Field(default=400, ge=1, description="Number of subjects.")
    people: People = People()
    symptoms: Symptoms = Symptoms()
    care: Care = Care()
    attrition: Attrition = Attrition()
    measurement: Measurement = Measurement()
    routes: tuple[RouteHabit, ...] = Field(default=DEMO_ROUTES, min_length=1)
    sites: tuple[SiteHabit, ...] = Field(default=DEMO_SITES, min_length=1)

    @model_validator(mode="after")
    def _sites_use_known_routes(self) -> Self:
        known = {habit.route for habit in self.routes}
        for site in self.sites:
            unknown = sorted(set(site.route_shares) - known)
            if unknown:
                raise ValueError(f"site {site.site_id} uses routes without a habit: {unknown}")
        return self

    def with_sites(self, count: int) -> "SimulationConfig":
        """Return the same cohort at `count` sites, whose habits repeat the present ones in turn.

        Raises
        ------
        UsageError
            Where `count` is not 1 to 26.
        """
        if not 1 <= count <= len(ascii_uppercase):
            raise UsageError("The number of sites must be 1 to 26.\nGive --sites in that range.")
        sites = tuple(
            self.sites[position % len(self.sites)].model_copy(
                update={"site_id": ascii_uppercase[position]}
            )
            for position in range(count)
        )
        return self.model_copy(update={"sites": sites})
