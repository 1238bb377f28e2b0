"""Who a simulated subject is: covariates, clinic, and how the illness answers to the drug."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from afterglow.simulate.config import Attrition, SimulationConfig
from afterglow.simulate.sites import RouteHabit, SiteHabit

TOP_CODED_AGE = 90
SEVERE_FROM_POINTS = 35
MODERATE_FROM_POINTS = 20
PRICE_STEP_USD = 10
PRICE_LOG_SD = 0.35
PRICE_UNIT_USD = 200
YOUNGEST_AGE = 18
CLINICIAN_ERROR_POINTS = 3
FEWEST_FAILURES_OF_TRD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One subject before any care.

    Attributes
    ----------
    baseline : float
        Untreated severity, MADRS points.
    responsiveness : float
        Largest reachable improvement, share of `baseline`.
    slow_decay_days : float
        Decay time of the slow part of the effect.
    price : float
        (price of a session − 200) / 200 US dollars.
    has_baseline, returns : bool
        Whether scores exist up to the first dose; whether the subject ever comes back.
    """

    site: SiteHabit
    habit: RouteHabit
    age: int
    sex: str
    diagnosis: str
    failures: int
    antidepressant: bool
    psychotherapy: bool
    payer: str
    cost_usd: int
    entry_severity: str
    baseline: float
    responsiveness: float
    slow_decay_days: float
    has_baseline: bool
    returns: bool
    has_screening: bool
    has_hourly: bool
    follow_up_days: int

    @property
    def price(self) -> float:
        """Price of a session, in units of 200 US dollars above 200."""
        return (self.cost_usd - PRICE_UNIT_USD) / PRICE_UNIT_USD


def choose(rng: np.random.Generator, shares: Mapping[str, float]) -> str:
    """Return one key of `shares` with probability proportional to its value."""
    bounds = np.cumsum(list(shares.values()))
    position = int(np.searchsorted(bounds, rng.random() * bounds[-1], side="right"))
    return list(shares)[min(position, len(shares) - 1)]


def logistic(logit: float) -> float:
    """Return the probability of a logit."""
    return float(1 / (1 + np.exp(-logit)))


def draw_person(config: SimulationConfig, rng: np.random.Generator) -> Person:
    """Draw one subject; the draws are always the same in number and order.

    Parameters
    ----------
    config : SimulationConfig
    rng : numpy Generator
        The subject's own stream for this purpose.
    """
    people, care, attrition = config.people, config.care, config.attrition
    sites = {site.site_id: site for site in config.sites}
    site = sites[choose(rng, {name: habit.size for name, habit in sites.items()})]
    route = choose(rng, site.route_shares)
    habit = next(habit for habit in config.routes if habit.route == route)
    diagnosis = choose(rng, people.diagnosis_shares)
    failures = _failures(config, diagnosis, rng)
    payer = choose(rng, people.payer_shares)
    baseline = _baseline(config, rng)
    psychotherapy = bool(rng.random() < people.psychotherapy_share)
    age = people.age_mean_years + people.age_sd_years * rng.standard_normal()
    return Person(
        site=site,
        habit=habit,
        age=int(np.clip(age, YOUNGEST_AGE, TOP_CODED_AGE)),
        sex="F" if rng.random() < people.female_share else "M",
        diagnosis=diagnosis,
        failures=failures,
        antidepressant=bool(rng.random() < people.antidepressant_share),
        psychotherapy=psychotherapy,
        payer=payer,
        cost_usd=_price(people.payer_cost_usd[payer], rng),
        entry_severity=_entry_severity(baseline, rng),
        baseline=baseline,
        responsiveness=_responsiveness(config, habit.arm, failures, rng),
        slow_decay_days=_slow_decay(config, habit.arm, psychotherapy, rng),
        has_baseline=bool(rng.random() >= people.no_baseline_share),
        returns=bool(rng.random() >= people.single_visit_share),
        has_screening=bool(rng.random() < care.screening_share),
        has_hourly=bool(rng.random() < care.hourly_share),
        follow_up_days=_follow_up_days(attrition, rng),
    )


def _failures(config: SimulationConfig, diagnosis: str, rng: np.random.Generator) -> int:
    failures = int(rng.poisson(config.people.failures_mean))
    return max(failures, FEWEST_FAILURES_OF_TRD) if diagnosis == "TRD" else failures


def _baseline(config: SimulationConfig, rng: np.random.Generator) -> float:
    symptoms = config.symptoms
    drawn = symptoms.baseline_mean_points + symptoms.baseline_sd_points * rng.standard_normal()
    return float(np.clip(drawn, symptoms.baseline_min_points, symptoms.baseline_max_points))


def _price(median_usd: float, rng: np.random.Generator) -> int:
    price = median_usd * float(np.exp(PRICE_LOG_SD * rng.standard_normal()))
    return round(price / PRICE_STEP_USD) * PRICE_STEP_USD


def _follow_up_days(attrition: Attrition, rng: np.random.Generator) -> int:
    late = rng.random() < attrition.late_entry_share
    shortest = min(attrition.shortest_follow_up_days, attrition.follow_up_days)
    closing = int(rng.integers(shortest, attrition.follow_up_days, endpoint=True))
    return closing if late else attrition.follow_up_days


def _entry_severity(baseline: float, rng: np.random.Generator) -> str:
    points = baseline + CLINICIAN_ERROR_POINTS * rng.standard_normal()
    if points >= SEVERE_FROM_POINTS:
        return "severe"
    return "moderate" if points >= MODERATE_FROM_POINTS else "mild"


def _responsiveness(
    config: SimulationConfig, arm: str, failures: int, rng: np.random.Generator
) -> float:
    symptoms = config.symptoms
    return logistic(
        symptoms.responsiveness_logit_mean
        + symptoms.arm_responsiveness_logit.get(arm, 0.0)
        + symptoms.responsiveness_per_failure_logit * (failures - 2)
        + symptoms.responsiveness_logit_sd * rng.standard_normal()
    )


def _slow_decay(
    config: SimulationConfig, arm: str, psychotherapy: bool, rng: np.random.Generator
) -> float:
    symptoms = config.symptoms
    ratio = symptoms.arm_decay_ratio.get(arm, 1.0)
    if psychotherapy:
        ratio *= symptoms.psychotherapy_decay_ratio
    spread = np.exp(symptoms.slow_decay_log_sd * rng.standard_normal())
    return float(symptoms.slow_decay_median_days * ratio * spread)
