"""The pages of the guide: their titles, their order by sense, their sections and what of them is text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asplab.resources
from asplab.gui.guide.equations import in_words
from asplab.gui.language import tr

GUIDE = Path(asplab.resources.__file__).parent / "guide"
WINDOW = tr("In the window")
MATH = "math"
"""What the blocks of code are called that hold equations, as on GitHub."""
SCHEME = "tex"
DECISIONS = tr("Why it is so")
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (tr("First steps"), ("first-steps", "importing", "experiment-folder", "grouping")),
    (WINDOW, ("corrections-step",)),
    (
        tr("From counts to η"),
        ("corrections", "energy-axes", "photothermal", "shape-and-drift", "purity-and-power"),
    ),
    (tr("Errors"), ("statistics", "systematics", "bootstrap", "sampling", "sensitivity")),
    (tr("Polaron"), ("rates", "models", "arena", "consistency", "literature")),
    (tr("Around η"), ("companions",)),
    (tr("Reference"), ("figures", "virtual-experiment", "adding-a-format")),
)
"""Headings of the contents and the pages below them; pages that stand nowhere are about the window."""
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*$")
_FENCE = re.compile(r"^(\s*)```+\s*(\S*)\s*$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"</?\w+>|[*`|]|(?<!\w)_|_(?!\w)")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the guide."""

    name: str
    title: str
    path: Path
    markdown: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a page and the plain text below it; ``place`` counts the headings of the page."""

    page: Page
    heading: str
    place: int
    text: str


def read_guide(folder: Path = GUIDE) -> dict[str, Page]:
    """Return every page by its name, its path below the folder without the ending."""
    found = sorted(folder.rglob("*.md"))
    return {page.name: page for page in (_read(path, folder) for path in found)}


def _read(path: Path, folder: Path) -> Page:
    markdown = path.read_text(encoding="utf-8")
    title = markdown.partition("\n")[0].lstrip("# ").strip()
    return Page(path.relative_to(folder).with_suffix("").as_posix(), title, path, markdown)


def contents(pages: dict[str, Page]) -> list[tuple[str, list[Page]]]:
    """Return the pages under their headings."""
    listed = {name for _, names in GROUPS for name in names}
    others = {
        WINDOW: [name for name in pages if name not in listed and "/" not in name],
        DECISIONS: [name for name in pages if "/" in name],
    }
    headings = [*GROUPS, (DECISIONS, ())]
    found = [(heading, [*names, *others.get(heading, [])]) for heading, names in headings]
    return [(heading, [pages[name] for name in names if name in pages]) for heading, names in found]


def sections(page: Page) -> list[Section]:
    """Return the sections of a page with the words that a search looks through."""
    found: list[tuple[str, list[str]]] = []
    for line, language in _lines(page.markdown):
        heading = None if language is not None else _HEADING.match(line)
        if heading is not None:
            found.append((_plain(heading[2]), []))
        elif found:
            found[-1][1].append(_words(line, language))
    return [
        Section(page, heading, place, " ".join(" ".join(lines).split())) for place, (heading, lines) in enumerate(found)
    ]


def _words(line: str, language: str | None) -> str:
    if language == MATH:
        return in_words(line)
    return line if language is not None else _plain(line)


def _plain(line: str) -> str:
    return _MARKS.sub("", _LINK.sub(r"\1", line)).strip()


def _lines(markdown: str) -> Iterator[tuple[str, str | None]]:
    """Go through the lines; with each the language of the block of code that it stands in, None outside of any."""
    language: str | None = None
    for line in markdown.splitlines():
        fence = _FENCE.match(line)
        if fence is not None:
            language = fence[2] if language is None else None
            continue
        yield line, language


def anchor(heading: str) -> str:
    """Return the anchor of a heading as links name it."""
    kept = "".join(letter if letter.isalnum() or letter in " -_" else "" for letter in heading.lower())
    return kept.strip().replace(" ", "-")


def address(tex: str) -> str:
    """Return the address of the picture of an equation."""
    return f"{SCHEME}:{quote(tex, safe='')}"


def with_pictures(markdown: str) -> tuple[str, list[str]]:
    """Return the Markdown with pictures in place of its equations, each the address of its picture, and these."""
    lines: list[str] = []
    equations: list[str] = []
    open_lines: list[str] = []
    language: str | None = None
    for line in markdown.splitlines():
        fence = _FENCE.match(line)
        if fence is not None and language == MATH:
            equations.append(" ".join(open_lines))
            lines += ["", f"{fence[1]}![equation]({address(equations[-1])})", ""]
            language, open_lines = None, []
        elif fence is not None and language is None and fence[2] == MATH:
            language = MATH
        elif language == MATH:
            open_lines.append(line)
        else:
            if fence is not None:
                language = (fence[2] or "code") if language is None else None
            lines.append(line)
    return "\n".join(lines), equations
