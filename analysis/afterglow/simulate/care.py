"""The care of one simulated subject, day by day: sessions, visits, boosters and the end."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from afterglow.simulate.columns import (
    ADMINISTRATIVE,
    BOOSTER,
    INDUCTION,
    LOST,
    MAINTENANCE,
    PLANNED,
    TRIGGERED,
    UNKNOWN,
    WITHDRAWAL,
)
from afterglow.simulate.config import SimulationConfig
from afterglow.simulate.latent import LatentProcess
from afterglow.simulate.person import Person, logistic

END_VISIT_DAYS = (1, 6)
REFERENCE_SEVERITY_OF_EVENTS = 30
REFERENCE_SEVERITY_OF_DROP_OUT = 20
SHORTEST_BETWEEN_UNSCHEDULED_DAYS = 5
SYMPTOM_VISITS = ("follow-up", "unscheduled", "recheck")


@dataclass(frozen=True, slots=True)
class Session:
    """One planned or given administration: why, and in which phase."""

    phase: str
    kind: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One assessment on a whole day; before the session where there is one that day."""

    label: str
    scheduled: bool


@dataclass(slots=True, eq=False)
class Care:
    """The record of one subject as it grows from day to day."""

    person: Person
    config: SimulationConfig
    process: LatentProcess
    errors: NDArray[np.float64]
    rng: np.random.Generator
    planned: dict[int, Session] = field(default_factory=dict)
    sessions: dict[int, Session] = field(default_factory=dict)
    visits: dict[int, Visit] = field(default_factory=dict)
    events: list[tuple[int, str]] = field(default_factory=list)
    course_last_day: int = 0
    next_visit: int = 0
    recheck_day: int = 0
    is_worse: bool = False
    maintenance_discussed: bool = False
    boosters_scheduled: int = 0
    best_percent: float = 0.0
    other_treatment_day: int | None = None
    severity: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    end_day: int = 0
    reason: str = ADMINISTRATIVE

    def course(self) -> list[int]:
        """Return the days of the sessions given in the course."""
        return [day for day, session in self.sessions.items() if session.phase == INDUCTION]

    def madrs(self, day: int) -> float:
        """Return the MADRS total that a rater sees before any session of whole day `day`."""
        return float(np.clip(np.rint(self.severity[day] + self.errors[day]), 0, 60))

    def chance(self, probability: float) -> bool:
        """Draw whether something of this probability happens."""
        return bool(self.rng.random() < probability)


def live(
    person: Person, config: SimulationConfig, process: LatentProcess, rng: np.random.Generator
) -> Care:
    """Live one subject's follow-up and return the record.

    Parameters
    ----------
    person, config, process
        The subject, the cohort's parameters and the subject's latent severity.
    rng : numpy Generator
        The subject's stream for care; the latent process does not use it.
    """
    days = person.follow_up_days + 1
    errors = config.measurement.madrs_error_sd_points * rng.standard_normal(days)
    care = Care(person, config, process, errors, rng)
    care.planned = plan_course(care)
    care.course_last_day = max(care.planned)
    care.next_visit = care.course_last_day + int(rng.integers(*END_VISIT_DAYS, endpoint=True))
    _renew_severity(care)
    for day in range(days):
        care.end_day = day
        observe(care, day)
        give_session(care, day)
        meet_events(care, day)
        if drops_out(care, day):
            break
    return care


def plan_course(care: Care) -> dict[int, Session]:
    """Plan the course: its habit's days, some a day late, some missed, never two in a row."""
    habit, rules = care.person.habit, care.config.care
    gaps = np.resize(np.asarray(habit.course_gaps_days), habit.course_sessions - 1)
    days = [0, *np.cumsum(gaps).tolist()]
    planned = {0: Session(INDUCTION, PLANNED)}
    missed_before = False
    for day in days[1:]:
        late, missed = (
            care.chance(rules.late_session_share),
            care.chance(rules.missed_session_share),
        )
        missed_before = missed and not missed_before
        if not missed_before:
            planned[int(day) + late] = Session(INDUCTION, PLANNED)
    return planned


def observe(care: Care, day: int) -> None:
    """Hold the day's visit, if there is one, and let the clinic answer to what it shows."""
    visit = _visit_on(care, day)
    if visit is None:
        return
    care.visits[day] = visit
    seen = care.madrs(day)
    care.best_percent = max(care.best_percent, 100 * (1 - seen / care.person.baseline))
    if visit.label in ("end of course", "follow-up") and not care.maintenance_discussed:
        _start_maintenance(care, day)
    if visit.label in SYMPTOM_VISITS and day > care.course_last_day:
        was_worse, care.is_worse = care.is_worse, seen >= care.person.site.trigger_madrs_points
        if care.is_worse:
            _answer_to_symptoms(care, day, first_time=not was_worse)


def _visit_on(care: Care, day: int) -> Visit | None:
    site, rng = care.person.site, care.rng
    if day == 0:
        return Visit("baseline", True) if care.person.has_baseline else None
    if day == care.next_visit:
        label = "end of course" if day <= care.course_last_day + END_VISIT_DAYS[1] else "follow-up"
        jitter = rng.uniform(-site.visit_jitter_days, site.visit_jitter_days)
        care.next_visit = day + max(3, round(site.visit_gap_days + jitter))
        return Visit(label, True) if care.chance(site.attended_share) else None
    if day == care.recheck_day:
        return Visit("recheck", False) if care.chance(site.attended_share) else None
    if day in care.planned:
        return Visit("session", True) if care.chance(site.session_score_share) else None
    return Visit("unscheduled", False) if _feels_worse(care, day) else None


def _feels_worse(care: Care, day: int) -> bool:
    rules, symptoms = care.config.care, care.config.symptoms
    above = care.severity[day] - symptoms.relapse_points
    rate = rules.unscheduled_per_day * np.exp(rules.unscheduled_log_per_point * above)
    recent = day - max(care.visits, default=0) < SHORTEST_BETWEEN_UNSCHEDULED_DAYS
    return care.chance(min(rate, 1.0)) and not recent


def _accepts_booster(care: Care) -> bool:
    rules = care.config.care
    price = rules.accepted_per_200_usd_logit * care.person.price
    worthwhile = care.best_percent >= rules.worthwhile_percent
    return care.chance(logistic(rules.booster_accepted_logit + price)) and worthwhile


def _start_maintenance(care: Care, day: int) -> None:
    site = care.person.site
    care.maintenance_discussed = True
    if site.booster_policy != "triggered" and _accepts_booster(care):
        wait = max(site.booster_gaps_days[0], care.config.care.booster_wait_days)
        first = max(care.course_last_day + wait, day + 1)
        care.planned[first] = Session(MAINTENANCE, PLANNED)


def _answer_to_symptoms(care: Care, day: int, *, first_time: bool) -> None:
    site = care.person.site
    if site.recheck_days and first_time:
        care.recheck_day = day + site.recheck_days
        return
    waits = any(planned_day >= day for planned_day in _triggered_days(care))
    if site.booster_policy != "scheduled" and not waits and _accepts_booster(care):
        _plan_triggered(care, day)


def _plan_triggered(care: Care, day: int) -> None:
    site, rules = care.person.site, care.config.care
    first = max(
        day + int(care.rng.poisson(site.booster_delay_days)),
        care.course_last_day + rules.booster_wait_days,
        max(care.sessions) + rules.booster_rest_days,
    )
    block = rules.block_sessions if care.chance(site.reinduction_share) else 1
    for number in range(block):
        care.planned.setdefault(first + number * rules.block_gap_days, Session(BOOSTER, TRIGGERED))


def _triggered_days(care: Care) -> list[int]:
    return [day for day, session in care.planned.items() if session.kind == TRIGGERED]


def give_session(care: Care, day: int) -> None:
    """Give the session planned for the day, then plan the next one of a calendar."""
    session = care.planned.get(day)
    if session is None or care.other_treatment_day is not None:
        return
    site = care.person.site
    if session.kind == PLANNED and session.phase == MAINTENANCE:
        _plan_next_maintenance(care, day)
        rested = day - max(care.sessions) >= care.config.care.booster_rest_days
        if not rested:
            return
    if session.phase != INDUCTION and care.chance(site.unknown_kind_share):
        session = Session(session.phase, UNKNOWN)
    care.sessions[day] = session
    _renew_severity(care)


def _plan_next_maintenance(care: Care, day: int) -> None:
    gaps = care.person.site.booster_gaps_days
    care.boosters_scheduled += 1
    gap = gaps[min(care.boosters_scheduled, len(gaps) - 1)]
    if care.chance(care.config.care.maintenance_kept_share):
        care.planned.setdefault(
            day + gap + int(care.rng.integers(-1, 2)), Session(MAINTENANCE, PLANNED)
        )


def _renew_severity(care: Care) -> None:
    times = np.arange(care.person.follow_up_days + 1, dtype=float)
    care.severity = care.process.severity(times, list(care.sessions), care.other_treatment_day)


def meet_events(care: Care, day: int) -> None:
    """Draw the clinical events of the day, each likelier the worse the symptoms."""
    rules = care.config.attrition
    above = care.severity[day] - REFERENCE_SEVERITY_OF_EVENTS
    ratio = np.exp(rules.events_log_per_point * above)
    for event, rate in (
        ("hospitalisation", rules.hospitalisation_per_day),
        ("suicide_attempt", rules.suicide_attempt_per_day),
    ):
        if care.chance(min(rate * ratio, 1.0)):
            care.events.append((day, event))
    for event, rate in (("switch", rules.switch_per_day), ("ect", rules.ect_per_day)):
        changes = care.chance(min(rate * ratio, 1.0))
        if changes and care.other_treatment_day is None and day > care.course_last_day:
            care.events.append((day, event))
            care.other_treatment_day = day
            _renew_severity(care)


def drops_out(care: Care, day: int) -> bool:
    """Draw whether the day is the subject's last, likelier the worse and the dearer."""
    rules = care.config.attrition
    rate = rules.drop_out_per_day * np.exp(
        rules.drop_out_log_per_point * (care.severity[day] - REFERENCE_SEVERITY_OF_DROP_OUT)
        + rules.drop_out_log_per_200_usd * care.person.price
    )
    if day < care.course_last_day:
        rate *= rules.course_drop_out_ratio
    leaves = care.chance(min(rate, 1.0))
    says_so = care.chance(rules.withdrawal_share)
    if day == care.person.follow_up_days or (care.person.returns and not leaves):
        return False
    care.reason = WITHDRAWAL if leaves and says_so else LOST
    care.events.append((day, care.reason))
    return True
