"""The experiment as nodes: temperatures, groups of conditions, conditions, files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from asplab.core.document import Exclusions
from asplab.core.experiment import Record
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.problems import Problem
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import plain

_KIND_WORDS = {"pl": "PL", "aspl": "ASPL"}


@dataclass(slots=True, eq=False)
class Node:
    """One row.

    Attributes
    ----------
    kind : str
        ``temperature``, ``group``, ``stack`` or ``record``.
    key : str
        Unique; the target of an exclusion for a stack or a record.
    temperature : int
        Index of the temperature it belongs to.
    reason : str or None
        Why it is excluded.
    problems : tuple of str
        What is wrong with it or below it.
    stack : str
        Key of the condition that a record or a stack belongs to, empty for a scan.
    label : str
        What messages call a condition.
    short : str
        Stands in for the text where there is little room; the text itself where empty.
    remark : str
        What is worth knowing about it.
    """

    kind: str
    key: str
    text: str
    temperature: int
    reason: str | None = None
    problems: tuple[str, ...] = ()
    stack: str = ""
    label: str = ""
    short: str = ""
    remark: str = ""
    children: list["Node"] = field(default_factory=list)
    parent: "Node | None" = None

    def add(self, child: "Node") -> "Node":
        """Put a child below the others and return it."""
        child.parent = self
        self.children.append(child)
        return child

    def walk(self) -> Iterator["Node"]:
        """Yield all nodes below this one, from the top."""
        for child in self.children:
            yield child
            yield from child.walk()


def temperature_nodes(temperatures_k: Sequence[float]) -> Node:
    """Return the tree of an experiment that is known from tables: its temperatures alone."""
    root = Node("root", "", "", -1)
    for t, temperature in enumerate(temperatures_k):
        root.add(Node("temperature", f"T{t}", f"{plain(temperature, 0)} K", t))
    return root


def build_nodes(gathered: Gathered, exclusions: Exclusions, problems: Sequence[Problem]) -> Node:
    """Return the tree of everything that was measured; ``gathered`` is that without exclusions."""
    root = Node("root", "", "", -1)
    found = _problems_by_place(problems)
    for t, temperature in enumerate(gathered.temperatures_k):
        top = root.add(Node("temperature", f"T{t}", f"{plain(temperature, 0)} K", t, remark=_readings(gathered, t)))
        stacks = [stack for stack in gathered.stacks if stack.temperature == t]
        for kind in ("pl", "aspl"):
            _add_stacks(top, kind, [stack for stack in stacks if stack.kind == kind], exclusions, found)
        for scans, name in ((gathered.scans[t], "PA"), (gathered.blanks[t], tr("PA blank"))):
            if scans:
                count = tr("{scans} scan", scans=len(scans)) + ("s" if len(scans) != 1 else "")
                group = top.add(Node("group", f"{name} {t}", f"{name} · {count}", t))
                _add_records(group, scans, exclusions, found, "")
    return root


def _add_stacks(
    top: Node, kind: str, stacks: list[Stack], exclusions: Exclusions, found: dict[str, tuple[str, ...]]
) -> None:
    if not stacks:
        return
    counts = {len(stack.members) for stack in stacks}
    repeats = f" × {counts.pop()}" if len(counts) == 1 else ""
    noun = "excitation" + ("s" if len(stacks) != 1 else "")
    text = f"{_KIND_WORDS[kind]} · {len(stacks)} {noun}{repeats}"
    short = f"{_KIND_WORDS[kind]} · {len(stacks)}{repeats}"
    group = top.add(Node("group", f"{kind} {top.temperature}", text, top.temperature, short=short))
    for stack in stacks:
        words = tr(
            "{excitation_nm} nm · {members} repeats",
            excitation_nm=plain(stack.excitation_nm, 1),
            members=len(stack.members),
        )
        reason = exclusions.reason(stack.key)
        node = group.add(
            Node(
                "stack", stack.key, words, top.temperature, reason,
                stack=stack.key, label=stack.label, remark=_remark(stack),
                short=f"{plain(stack.excitation_nm, 1)} nm",
            )
        )  # fmt: skip
        _add_records(node, stack.members, exclusions, found, stack.key)


def _readings(gathered: Gathered, t: int) -> str:
    """Return the true temperatures where they differ."""
    readings = gathered.readings[t]
    return "" if readings is None or not readings.is_spread else readings.words("K", 1)


def _remark(stack: Stack) -> str:
    """Return true wavelengths where they differ, and what is known of a condition that was measured again."""
    found = []
    readings = stack.excitations
    if readings is not None and readings.is_spread:
        found.append(readings.words("nm", 2))
    if stack.blocks:
        found.append(tr("measured {set} times: the mean of all", set=len(set(stack.blocks))))
    if stack.set_aside:
        found.append(
            tr("measured again: {set_aside} spectra of other times are set aside", set_aside=len(stack.set_aside))
        )
    return "\n".join(found)


def _add_records(
    parent: Node, records: Sequence[Record], exclusions: Exclusions, found: dict[str, tuple[str, ...]], stack: str
) -> None:
    for position, record in enumerate(records, start=1):
        repeat = record.condition.repeat
        words = tr("repeat {value}", value=repeat if repeat is not None else position)
        parent.add(
            Node(
                "record",
                record.source,
                words,
                parent.temperature,
                exclusions.reason(record.source),
                found.get(record.source, ()),
                stack,
            )
        )


def _problems_by_place(problems: Sequence[Problem]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for problem in problems:
        if problem.severity != "info":
            place = problem.where.split(" (manifest line")[0]
            found[place] = (*found.get(place, ()), problem.message)
    return found


def words_for(node: Node) -> str:
    """Return what a node is, for a question about it."""
    above = node.parent
    if node.kind == "record" and above is not None:
        return tr("{value} of {words_for}", value=node.text, words_for=words_for(above))
    words = node.text.split(" · ")[0]
    return f"{above.text.split(' · ')[0]} {words}" if above is not None and above.kind == "group" else words


def full_words(node: Node) -> str:
    """Return what a node is and at which temperature, for instance ``80 K, PL 457.0 nm``."""
    top = node
    while top.parent is not None and top.kind != "temperature":
        top = top.parent
    return f"{top.text}, {words_for(node)}"
