"""The instruments of a plan, and whether its cut-offs and directions agree with them."""

from collections.abc import Iterator
from typing import Any

from afterglow.errors import UsageError
from afterglow.instruments.instrument import Instrument
from afterglow.instruments.registry import Library
from afterglow.plan.faults import Fault
from afterglow.plan.model import Plan

LOST_KINDS = ("relapse", "durability")
SCORE_KEYS = ("score_at_least", "score_at_most")
SHARE_KEYS = (
    "improvement_at_least_percent",
    "improvement_below_percent",
    "returns_to_percent_of_baseline",
)
AT_MOST_ALL = ("improvement_at_least_percent", "improvement_below_percent")
WELL = {"worse": "score_at_most", "better": "score_at_least"}
ILL = {"worse": "score_at_least", "better": "score_at_most"}


def chosen_versions(plan: Plan, library: Library) -> Library:
    """Return the library with each instrument in the version that the plan chose.

    Names and versions that are not known are left out; `find_scale_faults` reports them.
    """
    instruments = dict(library.instruments)
    for name, choice in plan.instrument.items():
        if name in library:
            instrument = library.get(name)
            if choice.version in instrument.version_names:
                instruments[instrument.id] = instrument.version(choice.version)
    return Library(instruments, library.spellings)


def _find(library: Library, name: str) -> Instrument | str:
    """Return the instrument called `name`, or what is wrong with the name."""
    try:
        return library.get(name)
    except UsageError as error:
        return str(error).splitlines()[0]


def find_scale_faults(plan: Plan, library: Library) -> list[Fault]:
    """Return the unknown instruments, and the cut-offs that contradict theirs."""
    scales = chosen_versions(plan, library)
    return [
        *_choices(plan, library),
        *_endpoints(plan, scales),
        *_baselines(plan, scales),
        *_report(plan, scales),
    ]


def _choices(plan: Plan, library: Library) -> Iterator[Fault]:
    said: dict[str, str] = {}
    for name, choice in plan.instrument.items():
        section, found = f"instrument.{name}", _find(library, name)
        if isinstance(found, str):
            yield Fault(section, found)
            continue
        if choice.version not in (None, *found.version_names):
            known = ", ".join(found.version_names)
            yield Fault(section, f"version = '{choice.version}' is not known. Known: {known}.")
        if choice.higher_is not in (None, found.higher_is):
            yield Fault(section, f"higher_is = '{choice.higher_is}', but {_direction(found)}.")
        if found.id in said:
            yield Fault(section, f"says again what [instrument.{said[found.id]}] says: keep one.")
        said[found.id] = name


def _endpoints(plan: Plan, library: Library) -> Iterator[Fault]:
    for name, endpoint in plan.endpoint.items():
        instrument = getattr(endpoint, "instrument", None)
        if instrument is None:
            continue
        found = _find(library, instrument)
        words = [found] if isinstance(found, str) else _condition(endpoint, found)
        yield from (Fault(f"endpoint.{name}", word) for word in words)


def _condition(endpoint: Any, instrument: Instrument) -> Iterator[str]:
    key, value = endpoint.condition
    if key in SCORE_KEYS:
        yield from _range(key, value, instrument)
        yield from _against_direction(endpoint.kind, key, instrument)
    if key in AT_MOST_ALL and value > 100:
        yield f"{key} cannot be above 100: that is the best score."
    shares = [key] if key in SHARE_KEYS else []
    shares += ["excursions"] if getattr(endpoint, "excursions", 0) else []
    for share in shares:
        if not instrument.percent_change_allowed:
            yield (
                f"{share} speaks of percent change, which {instrument.id} does not have: "
                f"{instrument.percent_change_reason}. Use a score cut-off."
            )


def _against_direction(kind: str, key: str, instrument: Instrument) -> Iterator[str]:
    right = (ILL if kind in LOST_KINDS else WELL)[instrument.higher_is]
    if key != right:
        meaning = "worse" if kind in LOST_KINDS else "better"
        yield (
            f"a {kind} with {key} contradicts the scale: {_direction(instrument)}. "
            f"To be {meaning}, use {right}."
        )


def _direction(instrument: Instrument) -> str:
    return f"a higher {instrument.id} is {instrument.higher_is}"


def _range(key: str, value: float, instrument: Instrument) -> Iterator[str]:
    if not instrument.minimum <= value <= instrument.maximum:
        yield (
            f"{key} = {value:g} lies outside {instrument.id}, which goes from "
            f"{instrument.minimum:g} to {instrument.maximum:g}."
        )


def _baselines(plan: Plan, library: Library) -> Iterator[Fault]:
    """Yield what is wrong with entry severities and with filters on a baseline."""
    for name, value in plan.baseline.minimum.items():
        found = _find(library, name)
        words = [found] if isinstance(found, str) else _range(f"minimum.{name}", value, found)
        yield from (Fault("baseline", word) for word in words)
    for name, population in plan.population.items():
        for place, rule in enumerate(population.filters, start=1):
            if rule.baseline is None:
                continue
            found, where = _find(library, rule.baseline), f"filters, entry {place}: "
            limits = [(key, getattr(rule, key)) for key in ("at_least", "at_most")]
            words = [found] if isinstance(found, str) else _limits(limits, found)
            yield from (Fault(f"population.{name}", where + word) for word in words)


def _limits(limits: list[tuple[str, float | None]], instrument: Instrument) -> Iterator[str]:
    for key, value in limits:
        if value is not None:
            yield from _range(key, value, instrument)


def _report(plan: Plan, library: Library) -> Iterator[Fault]:
    for name in plan.report.trajectories:
        found = _find(library, name)
        if isinstance(found, str):
            yield Fault("report", f"trajectories: {found}")
