"""The table of an import: one row per data set; each cell holds all that is said about it, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from asplab.core.experiment import CURVE_KINDS, EMISSION_KINDS
from asplab.core.importing.counters import counters
from asplab.core.importing.findings import SOURCES, Finding, Source
from asplab.core.importing.headers import HeaderKey, read_headers
from asplab.core.importing.kind_words import is_about_kind
from asplab.core.importing.names import read_folders, read_name, read_text, shape_of
from asplab.core.importing.quantities import same
from asplab.core.importing.scan import Scan
from asplab.core.importing.scanned import ScannedFile, ScannedPart
from asplab.core.importing.template import Template
from asplab.core.io import imagej, surface_xplorer

__all__ = [
    "COLUMNS",
    "Cell",
    "Conflict",
    "Default",
    "ImportRow",
    "ImportTable",
    "NamedKind",
    "filled",
    "is_conflicting",
    "named",
    "table_of",
    "together",
]

COLUMNS = (
    "kind",
    "sample",
    "series",
    "medium",
    "temperature_k",
    "excitation_nm",
    "power_uw",
    "exposure_s",
    "repeat",
    "longpass_nm",
    "shortpass_nm",
    "frames",
    "rows",
    "nd_od",
    "accumulations",
    "em_gain",
    "pair",
    "time",
    "path",
    "bandwidth_nm",
    "temperature_error_k",
    "probe_mw",
    "sensitivity_v",
    "note",
)
"""Columns of the manifest that every table offers; a manifest may bring further ones."""

_NEEDED = {
    **dict.fromkeys(EMISSION_KINDS, ("temperature_k", "excitation_nm")),
    "pa": ("temperature_k",),
    **dict.fromkeys(CURVE_KINDS, ()),
}
_OF_FORMATS = {imagej.NAME: "sizes", surface_xplorer.NAME: "transient", surface_xplorer.TRANSPOSED_NAME: "transient"}
"""Formats that hold one kind alone."""
_HEADER: Source = "file header"
_NAMES: tuple[Source, ...] = ("folder name", "file name")
_STRENGTH = {source: rank for rank, source in enumerate(SOURCES)}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: all that is said, the weakest source first; the strongest is what holds.

    Attributes
    ----------
    candidates : tuple of Finding
    is_confirmed : bool
        Whether the user accepted the strongest against the others.
    """

    candidates: tuple[Finding, ...] = ()
    is_confirmed: bool = False

    @property
    def value(self) -> str:
        """What holds, in the unit of the column; blank where nothing is known."""
        return self.candidates[-1].value if self.candidates else ""

    @property
    def source(self) -> str:
        """Who says so; blank where nothing is known."""
        return self.candidates[-1].source if self.candidates else ""

    @property
    def origin(self) -> str:
        """Who says so, and in which words."""
        return self.candidates[-1].origin if self.candidates else ""

    @property
    def all_origins(self) -> tuple[str, ...]:
        """What each source says, the strongest first."""
        return tuple(f"{finding.value}  ({finding.origin})" for finding in reversed(self.candidates))


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sources that differ about one cell, by more than readings of one value do."""

    row: int
    column: str
    candidates: tuple[Finding, ...]

    @property
    def text(self) -> str:
        """Such as ``excitation_nm: file name 450nm says 450, file header … says 405``."""
        said = ", ".join(f"{finding.value} ({finding.origin})" for finding in reversed(self.candidates))
        return f"{self.column}: {said}"


@dataclass(frozen=True, slots=True)
class Default:
    """A value that all rows of one kind have where nothing else is said; of every kind where ``kind`` is empty."""

    kind: str
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class NamedKind:
    """The kind of all files whose names look alike, with 0 for every number, as a preset remembers it."""

    shape: str
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class ImportRow:
    """One data set, or one frame of it.

    Attributes
    ----------
    file : str
        Path relative to the table's folder.
    part : ScannedPart
        What was found there.
    dataset : str
        Name of the data set where the file has several.
    findings : tuple of Finding
        All that is said, in the order of the sources.
    doubts : tuple of str
        What could mean several things.
    is_matched : bool or None
        Whether the template fits the name; None without one.
    is_included : bool
        False where the user took the row out.
    confirmed : frozenset of str
        Columns whose conflicts the user settled.
    frame : int
        Number of the frame, counted from 1, where each frame has a row of its own; else 0.
    """

    file: str
    part: ScannedPart
    dataset: str = ""
    findings: tuple[Finding, ...] = ()
    doubts: tuple[str, ...] = ()
    is_matched: bool | None = None
    is_included: bool = True
    confirmed: frozenset[str] = frozenset()
    frame: int = 0

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells the row from all others."""
        return self.file, self.dataset, self.frame

    @property
    def label(self) -> str:
        """File, data set and frame, for people."""
        marks = [mark for mark in (self.dataset, f"frame {self.frame}" if self.frame else "") if mark]
        return f"{self.file} [{', '.join(marks)}]" if marks else self.file

    def with_findings(self, *findings: Finding) -> "ImportRow":
        """Return the row with further statements; one of the same source and column gives way."""
        new = {(finding.source, finding.column) for finding in findings}
        kept = (finding for finding in self.findings if (finding.source, finding.column) not in new)
        return replace(self, findings=_in_order((*kept, *findings)))


@dataclass(frozen=True, slots=True, eq=False)
class ImportTable:
    """All files of an import with what is known about them; edits return a new table, so that undo keeps the old one.

    Attributes
    ----------
    root : Path
        The folder that all names are relative to, and where its manifest belongs.
    files : tuple of ScannedFile
        All files, those that can't be read included.
    rows : tuple of ImportRow
        One per data set of the files that can be read.
    template : Template or None
        How names are built; without one they are read for what they say plainly.
    defaults : tuple of Default
    header_keys : tuple of HeaderKey
        What the user said about keys of file headers.
    kinds : tuple of NamedKind
        Kinds that a preset gives to names that look alike; they go before what the names say.
    is_simulated : bool
        Whether a manifest says that the data come from the virtual experiment.
    """

    root: Path
    files: tuple[ScannedFile, ...] = ()
    rows: tuple[ImportRow, ...] = ()
    template: Template | None = None
    defaults: tuple[Default, ...] = ()
    header_keys: tuple[HeaderKey, ...] = ()
    kinds: tuple[NamedKind, ...] = ()
    is_simulated: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns to show: the known ones and those that a manifest brought."""
        known = frozenset(COLUMNS)
        further = {f.column: None for row in self.rows for f in row.findings if f.column not in known}
        return (*COLUMNS, *further)

    @property
    def used_columns(self) -> tuple[str, ...]:
        """The columns in which any row says something."""
        used = {finding.column for row in self.rows for finding in row.findings if finding.value}
        used |= {default.column for default in self.defaults}
        return tuple(column for column in self.columns if column in used)

    def cell(self, row: int, column: str) -> Cell:
        """Return one cell; rows are counted from 0."""
        found = self.rows[row]
        said = tuple(finding for finding in found.findings if finding.column == column)
        return Cell((*self._defaults(found, column), *said), column in found.confirmed)

    def value(self, row: int, column: str) -> str:
        """Return what holds in a cell; blank where nothing is known."""
        return self.cell(row, column).value

    def doubts(self, row: int) -> tuple[str, ...]:
        """Return what is still doubtful about a row: nothing about its kind once somebody said it."""
        found, kind = self.rows[row], self.cell(row, "kind")
        is_said = kind.is_confirmed or kind.source not in _NAMES
        return tuple(doubt for doubt in found.doubts if not (is_said and is_about_kind(doubt)))

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The cells about which sources differ, as long as nobody confirmed or typed a value."""
        return tuple(
            Conflict(k, column, cell.candidates)
            for k, row in enumerate(self.rows)
            if row.is_included
            for column in _said_twice(row)
            if is_conflicting(column, cell := self.cell(k, column))
        )

    @property
    def missing(self) -> tuple[tuple[int, str], ...]:
        """Row and column of each cell that is blank, but that its kind can't do without."""
        blank = []
        for k, row in enumerate(self.rows):
            if row.is_included:
                blank += [(k, column) for column in self._needed(k) if not self.value(k, column)]
        return tuple(blank)

    @property
    def failures(self) -> tuple[ScannedFile, ...]:
        """The files that can't be read, each with its reason, unless a manifest lists them all the same."""
        listed = {row.file for row in self.rows}
        return tuple(file for file in self.files if file.error and file.name not in listed)

    @property
    def matched(self) -> str:
        """How many names the template fits: ``42 of 45 matched``; blank without template."""
        if self.template is None:
            return ""
        names = {row.file: bool(row.is_matched) for row in self.rows}
        return f"{sum(names.values())} of {len(names)} matched"

    def _needed(self, row: int) -> tuple[str, ...]:
        part = self.rows[row].part
        choice = ("rows",) if part.layout == "image" else ()
        # What a file itself calls frames is taken as repeats; columns without names may be anything.
        choice = ("frames",) if part.layout == "columns" and part.is_stack else choice
        return ("kind", *_NEEDED.get(self.value(row, "kind"), ()), *choice)

    def _defaults(self, row: ImportRow, column: str) -> tuple[Finding, ...]:
        if not self.defaults:
            return ()
        kinds = [""] if column == "kind" else ["", _kind(row)]
        return tuple(
            Finding(column, default.value, "preset", f"default of {default.kind or 'all kinds'}")
            for kind in dict.fromkeys(kinds)
            for default in self.defaults
            if default.column == column and default.kind == kind
        )


def table_of(
    scan: Scan,
    *,
    template: Template | None = None,
    defaults: Sequence[Default] = (),
    header_keys: Sequence[HeaderKey] = (),
    kinds: Sequence[NamedKind] = (),
) -> ImportTable:
    """Return the table of what was found: what headers, folders and names say is filled in."""
    rows = []
    for file in scan.files:
        for part in file.parts:
            dataset = part.part if len(file.parts) > 1 else ""
            rows.append(filled(ImportRow(file.name, part, dataset), template, header_keys))
    seen = together(rows, kinds)
    return ImportTable(scan.root, scan.files, seen, template, tuple(defaults), tuple(header_keys), tuple(kinds))


def filled(row: ImportRow, template: Template | None, header_keys: Sequence[HeaderKey]) -> ImportRow:
    """Return ``row`` with what its header and its name say; what others said stays."""
    said = read_headers(row.part, keys=header_keys)
    kind = _OF_FORMATS.get(row.part.reader)
    of_format = () if kind is None else (Finding("kind", kind, _HEADER, row.part.reader),)
    kept = tuple(finding for finding in row.findings if finding.source != _HEADER)
    doubts = tuple(doubt for doubt in row.doubts if not doubt.startswith(_HEADER))
    return named(replace(row, findings=(*of_format, *said.findings, *kept), doubts=(*said.doubts, *doubts)), template)


def named(row: ImportRow, template: Template | None) -> ImportRow:
    """Return ``row`` with what its name says, read by ``template`` where that fits; what others said stays."""
    of_name = template.read(row.file) if template is not None else None
    if template is None or of_name is None:
        said = read_name(row.file)
    else:
        # Folders that the template doesn't describe still say what they say.
        said = read_folders(row.file, but_last=template.folders_in(row.file)) + of_name
    # The sheets of a workbook are called by what they hold as files are.
    said += read_text(row.dataset, "file name")
    kept = tuple(finding for finding in row.findings if finding.source not in _NAMES)
    doubts = tuple(doubt for doubt in row.doubts if not doubt.startswith(_NAMES))
    return replace(
        row,
        findings=_in_order((*kept, *said.findings)),
        doubts=(*doubts, *said.doubts),
        is_matched=None if template is None else of_name is not None,
    )


def together(rows: Sequence[ImportRow], kinds: Sequence[NamedKind]) -> tuple[ImportRow, ...]:
    """Return ``rows`` with what their names say as they stand together: counted repeats, and kinds of a preset."""
    known = {one.shape: one.kind for one in kinds}
    return tuple(_with_kind(row, known.get(shape_of(row.file), "")) if known else row for row in _numbered(rows))


def _with_kind(row: ImportRow, kind: str) -> ImportRow:
    if not kind:
        return row
    found = row.with_findings(Finding("kind", kind, "file name", "as a preset says of names that look like it"))
    return replace(found, confirmed=found.confirmed | {"kind"})


def _numbered(rows: Sequence[ImportRow]) -> tuple[ImportRow, ...]:
    """Return ``rows`` with the repeats that counters at the end of their names say, where no template reads them."""
    found = counters(row.file for row in rows if not row.is_matched)
    return tuple(
        row.with_findings(Finding("repeat", str(found[row.file]), "file name", f"counter {found[row.file]}"))
        if row.file in found and not row.is_matched
        else row
        for row in rows
    )


def is_conflicting(column: str, cell: Cell) -> bool:
    """Whether sources differ about a cell, and nobody confirmed or typed a value."""
    if cell.is_confirmed or cell.source in ("frame axis", "typed by hand"):
        return False
    said = [finding.value for finding in cell.candidates if finding.source != "preset" and finding.value]
    return any(not same(column, value, said[-1]) for value in said[:-1])


def _in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: _STRENGTH[finding.source]))


def _said_twice(row: ImportRow) -> tuple[str, ...]:
    columns = [finding.column for finding in row.findings]
    return tuple(dict.fromkeys(column for column in columns if columns.count(column) > 1))


def _kind(row: ImportRow) -> str:
    return next((f.value for f in reversed(row.findings) if f.column == "kind"), "")
