"""What identifies the report: data and their hashes, seed, versions; no clock."""

from typing import TYPE_CHECKING

from afterglow.report.blocks import Block, Prose, Provenance, Section
from afterglow.report.words import listed
from afterglow.study.manifest import versions

if TYPE_CHECKING:
    from afterglow.study.run import Study

REDO = (
    "The folder of this report holds the plan as it was given, the plan with every default filled "
    "in, every number at full precision and a manifest with the hash of each file. The same data, "
    "plan and versions give the same bytes; nothing here depends on the time or the machine."
)
NOT_READ = "Columns of the data that were not read: {}."


def section(study: "Study") -> Section:
    """Return data, seed, versions and hashes."""
    metadata = study.cohort.metadata
    about = [
        ("Cohort", metadata.title),
        ("Source", metadata.source),
        ("Citation", metadata.public or metadata.citation),
        ("Licence", metadata.licence),
        ("Units", metadata.units),
        ("Notes", metadata.notes),
    ]
    hashes = [(f"SHA-256 of {name}", value) for name, value in sorted(study.cohort.hashes.items())]
    found = versions()
    blocks: list[Block] = [
        Prose(paragraphs=(REDO,)),
        Provenance(items=tuple((name, value) for name, value in about if value)),
        Provenance(items=(*hashes, ("Seed", str(study.plan.seed)))),
        Provenance(items=tuple((f"Version of {name}", value) for name, value in found.items())),
    ]
    ignored = [
        f"{table} ({listed(names)})" for table, names in study.cohort.ignored.items() if names
    ]
    if ignored:
        blocks.append(Prose(paragraphs=(NOT_READ.format(listed(ignored)),)))
    return Section(name="provenance", title="Provenance", blocks=tuple(blocks))
