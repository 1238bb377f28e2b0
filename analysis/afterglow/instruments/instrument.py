"""One rating scale as a frozen value: what its numbers can be and what they mean."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from afterglow.errors import UsageError
from afterglow.instruments.facts import (
    BandSet,
    Fact,
    Frozen,
    MeaningfulChange,
    Note,
    Recall,
    Remission,
    Response,
    Text,
    Threshold,
)
from afterglow.instruments.form import Form, Item, Subscale

Rater = Literal["clinician", "self", "observer"]

NO_SHARE = {
    "ordinal": "its values are ordered categories, and a share of a category has no meaning",
    "signed": "its values may be negative or have no fixed best score to move towards",
}


class TakenFrom(Fact):
    """Another instrument that holds these items: `items` of it, in the order of this form."""

    instrument: Text
    items: Annotated[tuple[str, ...], Field(min_length=1)]


class Version(Frozen):
    """What differs from the default version; the rest is inherited.

    A version with another range (`form`) inherits no bands, cut-offs or meaningful changes:
    they are points of another scale.
    """

    name: Text
    note: str = ""
    rater: tuple[Rater, ...] | None = None
    recall: Recall | None = None
    form: Form | None = None
    bands: tuple[BandSet, ...] = ()
    remission: tuple[Remission, ...] = ()

    @model_validator(mode="after")
    def _meaning_needs_form(self) -> Self:
        if not self.form and (self.bands or self.remission):
            raise ValueError("bands and remission of a version belong to a form of its own")
        return self


class Instrument(Frozen):
    """A rating scale, in one version.

    Attributes
    ----------
    id, name, measures : str
        What it is called and what it measures.
    higher_is : {"worse", "better"}
        Direction of the total.
    scale : {"interval", "ordinal", "signed"}
        Percent change is forbidden unless `interval`, and where `no_percent_change` says why.
    form : Form
        Items, their combination, the total's range and the missing-item rule.
    bands, response, remission, thresholds, meaningful_change
        What the total is said to mean, and by whom; none is applied unless a plan names it.
    versions : tuple of Version
        Other forms under the same name; `version(name)` gives one as an Instrument.
    """

    id: Text
    name: Text
    measures: Text
    aliases: tuple[Text, ...] = ()
    reference: Text
    rater: tuple[Rater, ...]
    recall: Recall
    higher_is: Literal["worse", "better"]
    scale: Literal["interval", "ordinal", "signed"]
    no_percent_change: str = ""
    out_of_range_hint: str = ""
    licence: Text
    version_name: Text = "standard"
    form: Form
    taken_from: tuple[TakenFrom, ...] = ()
    bands: tuple[BandSet, ...] = ()
    response: tuple[Response, ...] = ()
    remission: tuple[Remission, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    meaningful_change: tuple[MeaningfulChange, ...] = ()
    notes: tuple[Note, ...] = ()
    versions: tuple[Version, ...] = ()

    def __hash__(self) -> int:
        return hash((self.id, self.version_name))

    @property
    def minimum(self) -> float:
        """Return the smallest possible total."""
        return self.form.minimum

    @property
    def maximum(self) -> float:
        """Return the largest possible total."""
        return self.form.maximum

    @property
    def best(self) -> float:
        """Return the best possible total."""
        return self.minimum if self.higher_is == "worse" else self.maximum

    @property
    def worst(self) -> float:
        """Return the worst possible total."""
        return self.maximum if self.higher_is == "worse" else self.minimum

    @property
    def items(self) -> tuple[Item, ...]:
        """Return the items in the order of the form; empty where only totals are known."""
        return self.form.items

    @property
    def subscales(self) -> tuple[Subscale, ...]:
        """Return the subscales of this version."""
        return self.form.subscales

    @property
    def percent_change_allowed(self) -> bool:
        """Say whether a share of the way from baseline to best means anything."""
        return not self.percent_change_reason

    @property
    def percent_change_reason(self) -> str:
        """Return why percent change is forbidden, or ""."""
        return self.no_percent_change or NO_SHARE.get(self.scale, "")

    @property
    def version_names(self) -> tuple[str, ...]:
        """Return the names that `version` takes, the default first."""
        return (self.version_name, *(version.name for version in self.versions))

    def version(self, name: str | None = None) -> "Instrument":
        """Return the instrument in another version.

        Parameters
        ----------
        name : str, optional
            One of `version_names`; without it the instrument itself.

        Raises
        ------
        UsageError
            There is no such version.
        """
        if name is None or name == self.version_name:
            return self
        chosen = next((version for version in self.versions if version.name == name), None)
        if chosen is None:
            raise UsageError.unknown_option(f"version of {self.id}", name, self.version_names)
        return self._as(chosen)

    def items_in(self, instrument_id: str) -> tuple[str, ...]:
        """Return which items of another instrument are this one's, in the order of this form.

        Raises
        ------
        UsageError
            The other instrument is not known to hold these items.
        """
        known = {origin.instrument: origin.items for origin in self.taken_from}
        if instrument_id not in known:
            raise UsageError(f"{self.id} is not known to be part of {instrument_id}.")
        return known[instrument_id]

    def _as(self, version: Version) -> "Instrument":
        changes = {
            key: getattr(version, key)
            for key in ("rater", "recall", "form")
            if getattr(version, key) is not None
        }
        if version.form:
            dropped = ("thresholds", "meaningful_change", "taken_from")
            in_points = tuple(r for r in self.response if r.points is None)
            changes |= dict.fromkeys(dropped, ()) | {"response": in_points}
            changes |= {"bands": version.bands, "remission": version.remission}
        return self.model_copy(update=changes | {"version_name": version.name, "versions": ()})

    @model_validator(mode="after")
    def _bands_cover(self) -> Self:
        _check_bands(self.bands, self.form)
        for version in self.versions:
            _check_bands(version.bands, version.form or self.form)
        return self

    @model_validator(mode="after")
    def _cutoffs_point_to_best(self) -> Self:
        well = "low" if self.higher_is == "worse" else "high"
        for remission in (*self.remission, *(r for v in self.versions for r in v.remission)):
            if remission.favours != well:
                raise ValueError(f"remission {remission} is on the side of the ill")
        for threshold in self.thresholds:
            if threshold.favours == well:
                raise ValueError(f"{threshold.purpose} {threshold} is on the side of the well")
        return self

    def _repr_html_(self) -> str:
        from afterglow.instruments.describe import describe_html

        return describe_html(self)


def _check_bands(sets: tuple[BandSet, ...], form: Form) -> None:
    steps = (1.0,) if form.whole_totals else (0.0, 1.0)
    for bands in sets:
        ranges = list(bands.ranges.values())
        if not ranges or (ranges[0][0], ranges[-1][1]) != form.range:
            raise ValueError("bands must cover the whole range of the total")
        for (label, lower), (next_label, upper) in pairwise(bands.ranges.items()):
            if upper[0] - lower[1] not in steps:
                raise ValueError(f"bands '{label}' and '{next_label}' leave a gap or overlap")
