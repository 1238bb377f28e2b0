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
BOOSTER: Final = "booster"
AS_STATES: Final = "{events} are states that nobody leaves"
AS_STATE: Final = "a booster is a state of its own while it lasts"
NEXT_CYCLE: Final = "a booster begins the next cycle"
VARIED: Final = "{events} by every strategy in turn"
LOOKED_THROUGH: Final = "a booster is looked through: what the scores show is the state"
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
    return _joined(*clauses)


def said_as_states(rows: AnalysisRows) -> str:
    """Return what becomes of each event where subjects are followed through states."""
    handled = strategies_in_force(rows)
    last = [code for code, word in handled.items() if word != "censor" and code != BOOSTER]
    censored = {code: word for code, word in handled.items() if word == "censor"}
    treated = AS_STATE if rows.analysis.treatment_states else LOOKED_THROUGH
    return _joined(
        AS_STATES.format(events=listed([cause_words(code) for code in last])) if last else "",
        treated if BOOSTER in handled else "",
        said_strategies(censored),
    )


def said_over_cycles(rows: AnalysisRows) -> str:
    """Return the strategies where the events of all cycles count: a booster begins the next."""
    handled = strategies_in_force(rows)
    booster = handled.pop(BOOSTER, "")
    return _joined(NEXT_CYCLE if booster else "", said_strategies(handled))


def said_of_varied(rows: AnalysisRows) -> str:
    """Return the strategies where those for some events are varied."""
    varied = VARIED.format(events=listed([cause_words(code) for code in rows.analysis.vary]))
    return _joined(varied, strategy_sentence(rows))


def _joined(*clauses: str) -> str:
    known = [clause.rstrip(".") for clause in clauses if clause]
    return f"{'; '.join(known)}." if known else ""
