"""What identifies the report: data and their hashes, seed, versions; no clock."""

from typing import TYPE_CHECKING

from afterglow.plan.resolved import resolved_toml
from afterglow.report.blocks import Block, DefinitionList, Prose, Provenance, Section
from afterglow.report.words import listed
from afterglow.study.manifest import sha256, versions

if TYPE_CHECKING:
    from afterglow.study.run import Study

RESOLVED = "plan.resolved.toml"
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
    if hashes:
        hashes.append(("SHA-256 of the lines name, blank, hash", data_hash(study)))
    told = tuple((name, value) for name, value in about if value)
    found = versions()
    blocks: list[Block] = [
        Prose(paragraphs=(REDO,)),
        *([DefinitionList(items=told)] if told else []),
        Provenance(
            items=(
                *hashes,
                (f"SHA-256 of {RESOLVED}", plan_hash(study)),
                ("Seed", str(study.plan.seed)),
            )
        ),
        Provenance(items=tuple((f"Version of {name}", value) for name, value in found.items())),
    ]
    ignored = [
        f"{table} ({listed(names)})" for table, names in study.cohort.ignored.items() if names
    ]
    if ignored:
        blocks.append(Prose(paragraphs=(NOT_READ.format(listed(ignored)),)))
    return Section(name="provenance", title="Provenance", blocks=tuple(blocks))


def plan_hash(study: "Study") -> str:
    """Return the hash of the plan with every default filled in, as the folder holds it."""
    return sha256(resolved_toml(study.plan).encode("utf-8"))


def data_hash(study: "Study") -> str:
    """Return one hash of all raw files, of their names and hashes in order; "" for none."""
    files = "".join(f"{name} {value}\n" for name, value in sorted(study.cohort.hashes.items()))
    return sha256(files.encode("utf-8")) if files else ""
