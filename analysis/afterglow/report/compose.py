"""The report of a study as one page: which parts it has, and in which order."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_rows import has_table, population_label
from afterglow.report.blocks import Banner, Page, Prose, Section
from afterglow.report.parts import (
    answer,
    appendix,
    baseline,
    composite,
    cycles,
    definitions,
    exposure,
    flow,
    latency,
    methods,
    observation,
    prediction,
    provenance,
    rates,
    recurrent,
    relapse,
    response_time,
    sensitivity,
    states,
    strategies,
    subjects,
    target_trial,
    tolerability,
    trajectories,
    warnings,
)
from afterglow.report.themes import (
    COMPOSITE,
    CYCLES,
    LATENCY,
    PREDICTION,
    RATES,
    RECURRENT,
    RELAPSE,
    RESPONSE_TIME,
    STATES,
    TARGET_TRIAL,
    following,
    leading,
)
from afterglow.report.words import listed
from afterglow.study.manifest import PROGRAM
from afterglow.version import VERSION

if TYPE_CHECKING:
    from afterglow.study.run import Study

HASH_SHOWN: Final = 12
Part = Callable[["Study"], Section | None]

INTERNAL: Final = Banner(text="INTERNAL: exact numbers, not for release", alarm=True)
SYNTHETIC: Final = "Synthetic data: simulated, no real person"
THEMES: Final[dict[str, Part]] = {
    RATES: rates.section,
    RESPONSE_TIME: response_time.section,
    RELAPSE: relapse.section,
    COMPOSITE: composite.section,
    LATENCY: latency.section,
    CYCLES: cycles.section,
    RECURRENT: recurrent.section,
    STATES: states.section,
    TARGET_TRIAL: target_trial.section,
    PREDICTION: prediction.section,
}
ABSENT: Final = {
    "sessions": ("sessions", "the course, exposure and boosters"),
    "events": ("clinical events", "admissions, switches and adverse events"),
}


def compose(study: "Study", *, internal: bool = False, title_suffix: str = "") -> Page:
    """Compose the report of a study.

    Parameters
    ----------
    study : Study
        What `study.run.run` returned.
    internal : bool
        Mark every page INTERNAL.
    title_suffix : str
        Added to the title, such as the site of a batch.

    Returns
    -------
    Page
        Every number in it is a row of `study.results`.
    """
    title = f"{study.plan.title}: {title_suffix}" if title_suffix else study.plan.title
    return Page(
        title=title,
        subtitle=study.plan.question,
        facts=_facts(study),
        summary=answer.summary(study),
        sections=_sections(study, internal=internal),
        banners=_banners(study, internal=internal),
        footer="Made by Afterglow from the plan and the data named under Provenance.",
    )


def _sections(study: "Study", *, internal: bool) -> tuple[Section, ...]:
    """Return subjects, the primary theme, strategies, sensitivity, other themes, then the rest."""
    parts: list[Part] = [
        _subjects,
        *(THEMES[theme] for theme in leading(study)),
        strategies.section,
        sensitivity.section,
        *(THEMES[theme] for theme in following(study)),
        trajectories.section,
        *([subjects.section] if internal else []),
        _treatment,
        definitions.section,
        methods.section,
        warnings.section,
        provenance.section,
        appendix.section,
    ]
    return tuple(section for part in parts if (section := part(study)) is not None)


def _subjects(study: "Study") -> Section:
    """Return the flow with baseline and follow-up below it, and what the cohort does not have."""
    whole = flow.section(study)
    inner = tuple(
        section for part in (baseline, observation) if (section := part.section(study)) is not None
    )
    absent = _absent(study)
    blocks = (Prose(paragraphs=(absent,)), *whole.blocks) if absent else whole.blocks
    return Section(name=whole.name, title=whole.title, blocks=blocks, sections=inner)


def _absent(study: "Study") -> str:
    """Return one sentence on the tables that the cohort lacks, and what is missing for it."""
    missing = [words for table, words in ABSENT.items() if not has_table(study, table)]
    if not missing:
        return ""
    names = listed([name for name, _ in missing], "and no")
    about = listed([what for _, what in missing], "or about")
    return f"The cohort has no {names}: nothing is said about {about}."


def _treatment(study: "Study") -> Section | None:
    inner = tuple(
        section for part in (exposure, tolerability) if (section := part.section(study)) is not None
    )
    if not inner:
        return None
    return Section(name="treatment", title="Treatment", sections=inner)


def _facts(study: "Study") -> tuple[tuple[str, str], ...]:
    metadata = study.cohort.metadata
    facts = (
        ("Cohort", metadata.title),
        ("Subjects", flow.cohort_size(study)),
        ("Population", population_label(study, study.described_population)),
        ("Plan", provenance.plan_hash(study)[:HASH_SHOWN]),
        ("Data", provenance.data_hash(study)[:HASH_SHOWN]),
        (PROGRAM.capitalize(), VERSION),
    )
    return tuple((name, value) for name, value in facts if value)


def _banners(study: "Study", *, internal: bool) -> tuple[Banner, ...]:
    metadata = study.cohort.metadata
    banners = [INTERNAL] if internal else []
    if metadata.synthetic:
        banners.append(Banner(text=SYNTHETIC))
    if metadata.public:
        banners.append(Banner(text=f"Public data: {metadata.public}"))
    return tuple(banners)
