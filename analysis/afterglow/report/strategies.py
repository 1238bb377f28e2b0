"""How intercurrent events are handled, in the words of ICH E9(R1)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from afterglow.plan.analyses import ProportionAnalysis
from afterglow.plan.endpoints import Endpoint
from afterglow.report.analysis_rows import AnalysisRows, has_table
from afterglow.report.words import cause_words, listed

if TYPE_CHECKING:
    from afterglow.study.run import Study

WORDS: Final = {
    "competing": ("competes with it", "compete with it", "while-on-treatment"),
    "event": ("counts as the event", "count as the event", "composite"),
    "censor": ("ends the watch", "end the watch", "hypothetical"),
    "ignore": ("is looked through", "are looked through", "treatment-policy"),
}
SEEN_ON_A_DAY: Final = ("rapid_response", "sustained_response")
OF_SCORES: Final = (
    "a booster begins the next cycle; scores after a switch of treatment, ECT or withdrawal are "
    "left out (while-on-treatment strategy)."
)
NAIVELY: Final = {"competing": "censor"}
ORDER: Final = ("competing", "event", "censor", "ignore")


def strategies_in_force(rows: AnalysisRows) -> dict[str, str]:
    """Return the strategy per intercurrent event, the analysis' own over the endpoint's."""
    analysis = rows.analysis
    at_days = isinstance(analysis, ProportionAnalysis) and bool(analysis.at_days)
    if at_days or rows.endpoint.kind in SEEN_ON_A_DAY:
        return {}
    handled: dict[str, str] = {**rows.endpoint.intercurrent, **analysis.strategy}
    if getattr(analysis, "naive", False):
        handled = {code: NAIVELY.get(word, word) for code, word in handled.items()}
    varied = getattr(analysis, "vary", ())
    handled = {code: word for code, word in handled.items() if code not in varied}
    return that_can_happen(rows.endpoint, handled, rows.study)


def that_can_happen(
    endpoint: Endpoint, strategies: Mapping[str, str], study: "Study"
) -> dict[str, str]:
    """Leave out what the cohort has no table of, and the booster where it is the event itself."""
    out: list[str] = []
    if endpoint.kind in ("booster", "latency") or not has_table(study, "sessions"):
        out.append("booster")
    if not has_table(study, "events"):
        out += ["switch", "ect", "death"]
    return {code: word for code, word in strategies.items() if code not in out}


def strategy_sentence(rows: AnalysisRows) -> str:
    """Return the strategies as one sentence, "" where a score on a day is all that counts."""
    if rows.analysis.estimator == "score_within_cycle":
        return OF_SCORES
    return said_strategies(strategies_in_force(rows))


def said_strategies(strategies: dict[str, str]) -> str:
    """Return strategies as one sentence: "booster and switch compete with it (…); loss …"."""
    clauses = []
    for word in ORDER:
        codes = [code for code, strategy in strategies.items() if strategy == word]
        if codes:
            one, many, name = WORDS[word]
            events = listed([cause_words(code) for code in codes])
            clauses.append(f"{events} {one if len(codes) == 1 else many} ({name} strategy)")
    return f"{'; '.join(clauses)}." if clauses else ""
