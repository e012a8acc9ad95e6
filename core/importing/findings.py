"""What one source says about one column, and how sources rank."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["SOURCES", "Finding", "Reading", "Source"]

Source = Literal["preset", "file header", "folder name", "file name", "manifest", "frame axis", "typed by hand"]

SOURCES: tuple[Source, ...] = (
    "preset",
    "file header",
    "folder name",
    "file name",
    "manifest",
    "frame axis",
    "typed by hand",
)
"""From the weakest to the strongest; ``frame axis`` is what a file says of one of its frames, where these are split."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement: ``column`` of the manifest has ``value``.

    Attributes
    ----------
    column, value : str
        A column of the manifest, and a text in its unit.
    source : Source
        Where it was said.
    text : str
        What was written there, such as ``0p5uW`` or ``Exposure Time (secs) = 0.1``.
    """

    column: str
    value: str
    source: Source
    text: str

    @property
    def origin(self) -> str:
        """Source and text, for a tooltip."""
        return f"{self.source}: {self.text}" if self.text else self.source


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one name or header says, and what in it could mean several things."""

    findings: tuple[Finding, ...] = ()
    doubts: tuple[str, ...] = ()

    def __add__(self, other: "Reading") -> "Reading":
        return Reading((*self.findings, *other.findings), (*self.doubts, *other.doubts))

    @property
    def cells(self) -> dict[str, str]:
        """Value of each column; the last statement counts."""
        return {finding.column: finding.value for finding in self.findings}
