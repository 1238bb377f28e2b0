"""Boosters and drop-out as a section of the page: what each strategy estimates, and how well."""

from collections.abc import Sequence

LIMIT = 0.01
ERRORS = 2
AIM = (0.93, 0.97)
SHARES = ("coverage", "warned")
HYPOTHETICAL = "weighted"
MUST_HOLD = ("no boosters", "at random", "on the score", "drop-out on the score")
HEADING = "## Boosters and drop-out: bias of every strategy"
HEAD = """{heading}

How many would be free of relapse by day 56 after the course, had nobody been boosted, or lost? {cohorts} cohorts of {size} subjects in each scenario, visits
every week, relapse where the score is 22 or more at one visit, or at two in a row. Every cohort goes through the derivation of endpoints and decisions
that a report uses. The truth is the same course of scores without boosters, seen at the same visits; treatment policy has a truth of its own, as what it
asks is what happened.

- **no boosters**: nobody is boosted.
- **at random**: on any day with a chance of 2 %, whatever the score; boosters have no effect.
- **on the score**: on the day of a visit, with a chance that rises with the score recorded on it, from 10 % at 12 points or less to 80 % at 34; a
  booster takes off 8 points, which come back by a quarter a week.
- **no positivity**: the same, but from 18 points on everybody is boosted at once. No weight can help here: the report has to say so.
- **drop-out on the score**: nobody is boosted, but any visit can be a subject's last, with a chance that rises with the score recorded on it, from 3 %
  at 12 points or less to 50 % at 34. The weights are those of being lost (`weight_for = ["lost"]`).

Bias in percentage points, with its Monte-Carlo error; coverage of the 95 % interval in %. The weighted estimate has limits on the log(−log) scale from
{resamples} resamples of subjects in which the weights are estimated anew. It must be biased by no more than 1 point (or two Monte-Carlo errors) and
cover 93 to 97 % wherever there is positivity. A run that waits for confirmation when a booster comes makes censoring plainly wrong even where boosters
are random: whoever is in such a run loses the time since the last good visit, and the others do not.
"""


def section(table: Sequence[dict], *, size: int, resamples: int) -> str:
    """Return the section as Markdown."""
    head = HEAD.format(heading=HEADING, cohorts=table[0]["cohorts"], size=size, resamples=resamples)
    return "\n".join([head, _verdict(table), *_tables(table)])


def keeps(row: dict) -> bool:
    """Say whether the weighted estimate is as near and as sure as it has to be."""
    near = abs(row["bias"]) <= max(LIMIT, ERRORS * row["monte_carlo_error"])
    return near and AIM[0] <= row["coverage"] <= AIM[1]


def _verdict(table: Sequence[dict]) -> str:
    mine = [row for row in table if row["strategy"] == HYPOTHETICAL]
    wanted = [row for row in mine if row["scenario"] in MUST_HOLD]
    failed = [
        f"{row['scenario']}, {row['relapse']} (bias {bias}, coverage {cover} %)"
        for row in wanted
        if not keeps(row)
        for bias, cover in [_cells(row)]
    ]
    warned = [row["warned"] for row in mine if row["scenario"] not in MUST_HOLD]
    held = "everywhere" if not failed else f"but for: {'; '.join(failed)}"
    share = f"{100 * min(warned):.0f} %" if warned else "–"
    return (
        f"The weighted estimate keeps its word {held}. Without positivity the warning is raised in "
        f"{share} of cohorts.\n"
    )


def _tables(table: Sequence[dict]) -> list[str]:
    parts = []
    for relapse in dict.fromkeys(row["relapse"] for row in table):
        rows = [row for row in table if row["relapse"] == relapse]
        scenarios = list(dict.fromkeys(row["scenario"] for row in rows))
        truths = {row["scenario"]: row["truth"] for row in rows if row["strategy"] == HYPOTHETICAL}
        heads = " | ".join(f"{name}: bias (error) | coverage" for name in scenarios)
        lines = [
            f"### Relapse seen at {relapse}",
            "",
            f"Without boosters {100 * truths[scenarios[0]]:.1f} % are free of it by day 56.",
            "",
            f"| strategy | {heads} |",
            "| --- |" + " --- | --- |" * len(scenarios),
        ]
        for strategy in dict.fromkeys(row["strategy"] for row in rows):
            cells = []
            for scenario in scenarios:
                found = [r for r in rows if (r["scenario"], r["strategy"]) == (scenario, strategy)]
                cells += _cells(found[0]) if found else ["", ""]
            lines.append(f"| {strategy} | {' | '.join(cells)} |")
        parts.append("\n".join(lines) + "\n")
    return parts


def _cells(row: dict) -> list[str]:
    bias = f"{100 * row['bias']:+.1f} ({100 * row['monte_carlo_error']:.1f})".replace("-", "−")
    cover = row["coverage"]
    return [bias, "–" if cover != cover else f"{100 * cover:.1f}"]
