"""Where a problem is: from the place that its message names to what has to be selected to see it."""

from collections.abc import Sequence

from asplab.gui.language import tr
from asplab.gui.tree.nodes import Node

PAGE_OF = " › "
"""Between the name of a step and the key of one of its pages."""
_MANIFEST_LINE = tr(" (manifest line")


def find_place(where: str, root: Node, names: Sequence[str], steps: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Return what to select, as fields of `ViewState`; empty where the place is nothing that can be shown.

    Parameters
    ----------
    where : str
        Place of a problem: a file, a condition's label, a temperature or the name of a step.
    root : Node
        The experiment as rows.
    names : sequence of str
        Temperatures as they are called, in the order of their index.
    steps : sequence of (key, text)
    """
    step = next((key for key, text in steps if text == where), None)
    if step is not None:
        return {"step": step}
    if where in names:
        return {"temperature": names.index(where), "stack": "", "record": ""}
    source = where.split(_MANIFEST_LINE)[0]
    for node in root.walk():
        if node.kind == "record" and node.key == source:
            step = "spectra" if node.stack else "absorption"
            return {"step": step, "temperature": node.temperature, "stack": node.stack, "record": node.key}
        if node.kind == "stack" and node.label == where:
            return {"step": "spectra", "temperature": node.temperature, "stack": node.key, "record": ""}
    return {}
