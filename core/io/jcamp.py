"""Read JCAMP-DX spectra: all compressions, pairs, several blocks in one file.

Source: McDonald & Wilks, Appl. Spectrosc. 42, 151 (1988), the definition of JCAMP-DX 4.24.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from asplab.core.experiment import frozen_array
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.heads import head_bytes, head_text
from asplab.core.io.jcamp_tables import Heading, Points, Rows, read_pairs, read_series
from asplab.core.io.quantities import x_meaning, y_meaning
from asplab.core.io.reader import Reader
from asplab.core.io.rows import unique_names

NAME = "JCAMP-DX"
LABELS = re.compile(
    r"^[ \t]*##[ ]*(TITLE|JCAMP.?DX|DATA.?TYPE|ORIGIN|XUNITS|YUNITS|XFACTOR|YFACTOR|FIRSTX|LASTX|DELTAX|NPOINTS|XYDATA|"
    r"XYPOINTS|PEAK.?TABLE)[ ]*=",
    re.IGNORECASE | re.MULTILINE,
)
LABELS_NEEDED = 3
MARK = b"#"
RECORD = re.compile(r"##([^=]{0,200})=(.*)")
BLOCKS_LIMIT = 2000
END = re.compile(r"##\s*END\b", re.IGNORECASE)
TABLES = frozenset({"XYDATA", "XYPOINTS", "PEAKTABLE"})
FOREIGN_TABLES = {
    "NTUPLES": "several variables (NTUPLES)",
    "DATATABLE": "several variables (NTUPLES)",
    "PEAKASSIGNMENTS": "peak assignments",
    "RADATA": "an interferogram (RADATA)",
    "JCAMPCS": "a chemical structure (JCAMP-CS)",
}
SERIES_FORM = re.compile(r"\(\s*X\s*\+\+\s*\(\s*Y\s*\.\.\s*Y\s*\)\s*\)?", re.IGNORECASE)
PAIRS_FORM = re.compile(r"\(\s*XY\s*\.\.\s*XY\s*\)", re.IGNORECASE)
OUTER_ONLY = frozenset({"TITLE", "JCAMPDX", "DATATYPE", "DATACLASS", "BLOCKS", "END"})


@dataclass(frozen=True, slots=True)
class Record:
    """One labelled record: its label as written and without marks, the lines of its value, the line it begins on."""

    written: str
    label: str
    value: tuple[str, ...]
    line: int

    @property
    def text(self) -> str:
        """The value in one line, without comments."""
        return " ".join(" ".join(part.partition("$$")[0].split()) for part in self.value).strip()

    @property
    def rows(self) -> Rows:
        """Number and text of the lines below the first that hold anything but comments."""
        numbered = ((k, part.partition("$$")[0]) for k, part in enumerate(self.value[1:], self.line + 1))
        return [(k, part) for k, part in numbered if part.strip()]


@dataclass(slots=True)
class Section:
    """One block of a file: its records, the block around it, and whether ``##END=`` closes it."""

    outer: "Section | None"
    records: list[Record] = field(default_factory=list)
    is_closed: bool = False

    def text(self, label: str) -> str:
        """Return the first value of ``label``, or an empty text."""
        return next((record.text for record in self.records if record.label == label), "")

    @property
    def is_link(self) -> bool:
        """Whether the block is there to hold others, and has no table itself."""
        is_said = self.text("DATATYPE").upper().startswith("LINK") or bool(self.text("BLOCKS"))
        return is_said and not has_table(self)


def recognises_jcamp(raw: bytes) -> bool:
    """Whether several labels of JCAMP-DX stand in the first lines."""
    head = head_bytes(raw)
    if MARK not in head or b"=" not in head:
        return False
    return len({label.upper() for label in LABELS.findall(head_text(raw))}) >= LABELS_NEEDED


def read_jcamp(raw: bytes, name: str) -> DataFile:
    """Return the spectrum of a JCAMP-DX file, those of further blocks as its ``others``.

    Raises
    ------
    FileError
        Where a table can't be decoded or contradicts its header, a block isn't closed, or there is no spectrum.
    """
    text = decode(raw, name)
    sections = read_sections(split_lines(text), name)
    refuse_cut(sections, name, ends_with_line=text.endswith(("\n", "\r")))
    files, skipped = [], []
    for section in sections:
        if not section.is_link:
            files += data_sets(section, name, hashlib.sha256(raw).hexdigest())
            skipped += unread(section)
    if not files:
        what = f": it holds {skipped[0]}" if skipped else ""
        raise FileError(name, None, f"the file has no spectrum that can be read{what}. Export it as XYDATA.")
    notes = tuple(f"a block with {what} was not read" for what in skipped)
    return joined(files, (*notes, *block_warnings(sections, len(files) + len(skipped), name)))


def read_sections(lines: Sequence[str], name: str) -> list[Section]:
    """Return the blocks of a file in its order; raise `FileError` for one that begins with anything but a title."""
    sections: list[Section] = []
    current: Section | None = None
    for record in read_records(lines):
        if record.label == "TITLE":
            if current is not None and not current.is_link:
                current = current.outer
            current = Section(current)
            sections.append(current)
        if len(sections) > BLOCKS_LIMIT:
            raise FileError(name, record.line, f"the file has more than {BLOCKS_LIMIT} blocks. Split it.")
        if current is None:
            raise FileError(
                name, record.line, f"##{record.written}= stands outside a block. Restore the line ##TITLE= before it."
            )
        if record.label == "END":
            current.is_closed = True
            current = current.outer
        else:
            current.records.append(record)
    return sections


def read_records(lines: Sequence[str]) -> Iterator[Record]:
    """Yield the labelled records; lines before the first must be comments and are passed over."""
    lines = [line.lstrip() if line[:1].isspace() and line.lstrip().startswith("##") else line for line in lines]
    starts = [k for k, line in enumerate(lines) if line.startswith("##")]
    starts = [k for k in starts if RECORD.match(lines[k]) or END.match(lines[k])]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        match = RECORD.match(lines[start])
        written, value = (match[1].strip(), match[2]) if match else ("END", "")
        yield Record(written, re.sub(r"[\s/_-]", "", written).upper(), (value, *lines[start + 1 : stop]), start + 1)


def refuse_cut(sections: Sequence[Section], name: str, *, ends_with_line: bool) -> None:
    """Raise `FileError` where the file ends inside a block in a way that may have lost something."""
    for section in sections:
        if not section.is_closed and (section.is_link or section.outer is not None or not ends_with_line):
            title = section.text("TITLE")[:60]
            raise FileError(
                name,
                None,
                f"##END= of the block {title!r} is missing: the file is cut short. Copy it again from the instrument.",
            )


def block_warnings(sections: Sequence[Section], found: int, name: str) -> tuple[str, ...]:
    """Return a warning where one block fewer is there than BLOCKS states: some programs count the outer one.

    Raises
    ------
    FileError
        Where more are missing.
    """
    stated = next((section.text("BLOCKS") for section in sections if section.is_link), "")
    missing = int(stated) - found if stated.isdecimal() and len(stated) < 10 else 0
    if missing > 1:
        raise FileError(name, None, f"BLOCKS states {stated}, but there are {found}. Copy the file again.")
    if missing < 1:
        return ()
    return (f"BLOCKS states {stated}, the file has {found} besides the outer block; one may be missing",)


def unread(section: Section) -> list[str]:
    """Return what a block holds that isn't read, one text per table."""
    found = {FOREIGN_TABLES[record.label]: None for record in section.records if record.label in FOREIGN_TABLES}
    return list(found) or ([] if has_table(section) else ["no data"])


def has_table(section: Section) -> bool:
    """Whether a block has a table of one spectrum."""
    return any(record.label in TABLES for record in section.records)


def data_sets(section: Section, name: str, sha256: str) -> list[DataFile]:
    """Return the spectra and peak tables of one block; none where it holds several variables."""
    if any(record.label in ("NTUPLES", "DATATABLE") for record in section.records):
        return []
    found: list[DataFile] = []
    texts: dict[str, str] = {}
    lines: dict[str, int] = {}
    heading = Heading(name, texts, lines)
    for record in section.records:
        lines[record.label] = record.line
        if record.label not in TABLES:
            texts[record.label] = record.text
            continue
        if not section.is_closed and not texts.get("NPOINTS"):
            raise FileError(
                name, record.line, "neither NPOINTS nor ##END= tells that the table is whole. Copy the file again."
            )
        file = data_set(section, heading, read_points(heading, record), is_peaks=record.label == "PEAKTABLE")
        open_end = () if section.is_closed else ("##END= is missing; all points that NPOINTS states are there",)
        found.append(replace(file, sha256=sha256, warnings=(*file.warnings, *open_end)))
    return found


def read_points(heading: Heading, record: Record) -> Points:
    """Return the points of a table in either form; raise `FileError` for another form, or none."""
    first = record.value[0].partition("$$")[0]
    form = SERIES_FORM.search(first) or PAIRS_FORM.search(first)
    if form is None:
        raise FileError(
            heading.name,
            record.line,
            f"##{record.written}= has the form {first.strip()[:40]!r}; (X++(Y..Y)) and (XY..XY) are understood. Export "
            "the data in one of them.",
        )
    rest = first[form.end() :].strip(" \t,;")
    rows = [*([(record.line, rest)] if rest and rest.upper() != record.label else []), *record.rows]
    if not rows:
        raise FileError(heading.name, record.line, f"the table ##{record.written}= is empty. Copy the file again.")
    if SERIES_FORM.search(first):
        return read_series(heading, rows)
    return read_pairs(heading, rows, is_spectrum=record.label != "PEAKTABLE")


def data_set(section: Section, heading: Heading, points: Points, *, is_peaks: bool) -> DataFile:
    """Return the data set of a table: its columns, metadata and warnings."""
    data_type = heading.texts.get("DATATYPE", "")
    x_header, y_header = heading.texts.get("XUNITS", ""), heading.texts.get("YUNITS", "")
    x_name, x_unit = x_meaning(x_header, data_type)
    y_name, y_unit, layout = y_meaning(y_header, data_type)
    warnings = list(points.warnings)
    if not x_unit:
        warnings.append(f"the unit of the axis, {x_header!r}, is not known here")
    if is_peaks:
        warnings.append("the block holds a table of peaks, not a spectrum")
    return DataFile(
        path=heading.name,
        reader=NAME,
        sha256="",
        columns=(
            Column(x_header, x_name, x_unit, frozen_array(points.x)),
            Column(y_header, y_name, y_unit, frozen_array(points.y)),
        ),
        lines=points.lines,
        metadata=metadata(section),
        warnings=tuple(warnings),
        layout="columns" if is_peaks else layout,
        part=section.text("TITLE"),
    )


def metadata(section: Section) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a block, before them those of the block around it."""
    pairs: list[tuple[str, str]] = []
    if section.outer is not None:
        pairs = [("LINK TITLE", section.outer.text("TITLE"))]
        pairs += [(r.written, r.text) for r in section.outer.records if r.label not in OUTER_ONLY]
    pairs += [(r.written, r.text) for r in section.records if r.label not in TABLES]
    return tuple((key, value) for key, value in pairs if value)


def joined(files: Sequence[DataFile], notes: tuple[str, ...]) -> DataFile:
    """Return the first data set with the others behind it, each under a name of its own."""
    if len(files) == 1:
        return replace(files[0], part="", warnings=(*files[0].warnings, *notes))
    names = unique_names([file.part for file in files])
    named = [replace(file, part=name) for file, name in zip(files, names, strict=True)]
    return replace(named[0], others=tuple(named[1:]), warnings=(*named[0].warnings, *notes))


READER = Reader(NAME, recognises_jcamp, read_jcamp)
