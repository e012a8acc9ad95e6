"""One correction as the ledger lists it: what switches it, whether it acts, from which files and with which numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from asplab.core.document import Document
from asplab.core.experiment import Experiment

State = Literal["on", "off", "no data", "not needed"]
Subject = Literal["spectrum", "scan", "excitation", "condition"]


@dataclass(frozen=True, slots=True)
class Switch:
    """The setting that turns a correction on and off: a field of a settings record, and its two values."""

    record: str
    field: str
    on: Any = True
    off: Any = False

    def value(self, document: Document) -> Any:
        """Return the setting's present value."""
        return getattr(getattr(document.settings, self.record), self.field)

    def is_on(self, document: Document) -> bool:
        """Return whether the setting asks for the correction."""
        return bool(self.value(document) != self.off)


@dataclass(frozen=True, slots=True)
class Step:
    """One correction.

    Attributes
    ----------
    name, title : str
        Stable name, and what people call it.
    subject : {"spectrum", "scan", "excitation", "condition"}
        What it changes: emission spectra, photothermal scans, photon energies of excitations, or one number of each
        condition.
    state : {"on", "off", "no data", "not needed"}
        It acts; it could act but is switched off; there is nothing to correct with; there is nothing to correct.
    brief, told : str
        A few words, and a sentence: what was done, with its numbers, or why nothing was.
    switch : Switch or None
        None where it always acts.
    sources : tuple of str
        Files that it takes its numbers from.
    stacks : frozenset of int
        Conditions that it changes, as places in `Gathered.stacks`.
    scale, scale_unit : float, str
        Typical divisor of a correction that divides whole spectra by a number, and its unit; 1 for others.
    """

    name: str
    title: str
    subject: Subject
    state: State = "no data"
    brief: str = ""
    told: str = ""
    switch: Switch | None = None
    sources: tuple[str, ...] = ()
    stacks: frozenset[int] = frozenset()
    scale: float = 1.0
    scale_unit: str = ""

    def found(self, state: State, brief: str, told: str, stacks: Iterable[int] = (), *, scale: float = 1.0) -> "Step":
        """Return the step with what was found about it."""
        acted = frozenset(int(k) for k in stacks)
        return replace(self, state=state, brief=brief, told=told, stacks=acted, scale=scale)

    def using(self, sources: Iterable[str]) -> "Step":
        """Return the step with the files that it takes its numbers from."""
        return replace(self, sources=tuple(dict.fromkeys(sources)))

    @property
    def can_switch(self) -> bool:
        """Whether switching it changes something."""
        return self.switch is not None and self.state in ("on", "off")

    def acts_on(self, k: int) -> bool:
        """Return whether it changes the condition at place ``k`` now."""
        return self.state == "on" and k in self.stacks


def manifest_of(experiment: Experiment) -> tuple[str, ...]:
    """Return the file whose columns a correction takes its numbers from; empty where none was read."""
    return tuple(source.path for source in experiment.sources if source.path.endswith("manifest.csv"))


def span(values: Iterable[float], unit: str = "", digits: int = 3) -> str:
    """Return a range of numbers as text, such as ``0.5 to 20 s``; one number where all are alike."""
    known = list(values)
    low, high = (f"{value:.{digits}g}" for value in (min(known), max(known)))
    text = low if low == high else f"{low} to {high}"
    return text + ("" if unit in ("", "°") else " ") + unit
