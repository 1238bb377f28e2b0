"""What warnings mean and what to do about them, for those that do not say it themselves."""

import re
from typing import Final

from afterglow.report.blocks import Code

CODE: Final = re.compile(r"`([^`]+)`")
MEANING: Final = {
    "naive: competing events are treated as censoring": "The curve shows a world in which nobody "
    "has those events. For what subjects go through, read the cumulative incidence "
    "(`aalen_johansen`).",
    "naive: those to whom it was given are taken": "If it goes to those who do worse, the curve "
    "promises too much. Read it beside the worst and the best case, or beside a curve weighted by "
    "scores (`weighted_kaplan_meier`).",
    "treats other events in another way": "So the estimate differs from its neighbours in more "
    "than what is compared. Give these events the same strategies (`strategy`) to compare like "
    "with like.",
    "not reached: fewer than this share had the event": "The time lies beyond what these data "
    "show. Read the share on a stated day instead, or follow up for longer.",
    "not reached in some": "The time lies beyond what some of the repeated data sets show. Read "
    "the share on a stated day instead.",
    "fewer than 10 at risk on a day": "The estimate there rests on few subjects and the next event "
    "would move it far. Read it with its limits, or state earlier days (`at_days`).",
    "fewer than 10 events": "Limits and p values are rough with so few. Describe rather than "
    "compare, or follow up for longer.",
    "delayed entry: at the first event few": "Every later value is a product with that first "
    "step. Let the time at risk begin when more have entered (`at_risk_from`), or state a "
    "landmark.",
    "follow-up was not stated for some subjects": "State the end of follow-up of each subject in "
    "the table follow_up.",
    "rows of scores lie after": "Correct the end of follow-up or the rows.",
    "rows of sessions lie after": "Correct the end of follow-up or the rows.",
    "rows of events lie after": "Correct the end of follow-up or the rows.",
    "nobody of the population is in the reference group": "Name a group that occurs as "
    "`reference`, or widen the population.",
    "last observation carried forward": "It takes a score as still true after the subject was "
    "last seen. Read the observed cases, or missing as non-response, first.",
    "fewer than half were at risk by the day of an estimate": "Early waits are told by few. To "
    'count from the day of confirmation, set `clock = "confirmed"`.',
    "a booster was given while fewer than": "One booster then moves the curve far, from that day "
    "on. Read the early days with that in mind, or pool groups.",
    "all subjects are in one group": "Leave out `by`, or widen the population.",
    "pooled gaps": "Read the gaps by cycle, in which each subject counts once.",
    "the predictions or the outcomes do not vary": "Discrimination and calibration have no value "
    "there. Pool that site with others, or take a longer horizon.",
    "fewer than 10 subjects left out had the event": "Discrimination and the calibration slope "
    "there are chance, and the report shows a dash; results.csv keeps the values. Read the sites "
    "together.",
    "made fewer than": "The move still counts in all shares and days. Lower `fewest_events`, or "
    "name the move under `moves`, to model it all the same.",
    "nobody made this move": "Leave it out of `moves`.",
    "without a finite hazard ratio by the day of entry": "Nearly all who made them had entered the "
    "state later, or earlier, than the others then in it. The joint test rests on the other moves; "
    "shares and days do not need it.",
    "some are taken to stay in a state for longer": "The shares of the clock-reset model are a "
    "guess there. Read those without a model, or shorten the horizon (`until_day`).",
    "stretches whose beginning nobody saw": "That model needs to know when a state was entered. "
    "The shares without it use all stretches.",
    "beyond the last observed time": "Nobody was watched on that day. State earlier days, or read "
    "the value as that of the last day watched.",
    "the weights of those left add up": "Read that strategy's estimate as unreliable. Simpler "
    "strategies, or more of what decides on a booster in its model, may mend it.",
    "outside the worst and the best case": "Do not rest a conclusion on it. Check the weights, and "
    "what decides on a booster in their model.",
    "five clusters or fewer": "Read its variance as unknown.",
    "all pairs agree": "Read the concordance as that of these data only.",
    "cannot be tested": "Read the ratio as an average over the time watched.",
    "a variance is at its bound": "The subjects do not differ in it beyond chance; the other "
    "numbers hold.",
    "later than any score used": "Read no further than the scores go.",
    "no time well is expected": "Read the expected sessions instead.",
    "inside a support interval": "Visits leave the share open between two values. Read its limits.",
    "after the last look at anyone": "Read no further than the visits go.",
    "more than 20 categories": "Leave the column out of `baseline_columns`, or group its values.",
}
"""How a warning begins -> what it means and the way out; keys of the plan stand in backticks."""


def meaning(words: str) -> tuple[str | Code, ...]:
    """Return what a warning means, as pieces of a sentence; nothing where it says so itself."""
    found = next((text for start, text in MEANING.items() if words.startswith(start)), "")
    pieces = CODE.split(found)
    return tuple(Code(piece) if place % 2 else piece for place, piece in enumerate(pieces) if piece)
