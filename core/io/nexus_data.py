"""Which arrays of a NeXus file are a plot: the signal and the axes of its NXdata groups.

After the rules of the NeXus manual for finding the default plot, and what files in the wild do instead: no ``@default``
at the root, a default that leads to a group without a class, and lists of axes written as one text.
"""

import re

from asplab.core.io.hdf5_tree import Array, Node, plain

NAME = re.compile(r"[^\[\]'\",:]+")
ERRORS = ("_errors", "_error", "errors", "_weights")


def plots(root: Node) -> list[Node]:
    """Return all groups that are plots, the default one first, then in the order of the file."""
    found = [node for node in root.walk() if is_plot(node)]
    first = default_plot(root, found)
    return [first, *(node for node in found if node is not first)] if first else found


def is_plot(node: Node) -> bool:
    """Whether a group is NXdata, or names a signal, and holds it."""
    return (node.kind == "NXdata" or "signal" in node.attributes) and signal(node) is not None


def default_plot(root: Node, found: list[Node]) -> Node | None:
    """Return the plot to which ``@default`` leads from the root, or from the first entry where the root has none."""
    here = root
    for _ in range(8):
        below = [node for node in here.walk() if any(node is one for one in found)]
        if any(node is here for node in found) or not below:
            break
        target = here.groups.get(plain(here.attributes.get("default", "")))
        if target is None:
            inside = [child for child in here.groups.values() if any(node in below for node in child.walk())]
            entries = [child for child in inside if child.kind == "NXentry"]
            target = (entries or inside or [here])[0]
        here = target
    below = [node for node in here.walk() if any(node is one for one in found)]
    return below[0] if below else None


def names(value: object) -> list[str]:
    """Return the names in an attribute: a text, an array, or a list that was written as one text."""
    return [one.strip() for one in NAME.findall(plain(value)) if one.strip()]


def signal(node: Node) -> Array | None:
    """Return the array that is plotted, None where there is none."""
    stated = plain(node.attributes.get("signal", ""))
    for name in (stated, *names(stated)):
        if name in node.arrays:
            return node.arrays[name]
    marked = [one for one in node.arrays.values() if plain(one.attributes.get("signal", "")) == "1"]
    if marked:
        return marked[0]
    listed = axis_names(node, None)
    rest = [one for key, one in node.arrays.items() if key not in listed and not key.endswith(ERRORS)]
    return rest[0] if len(rest) == 1 else None


def further_signals(node: Node, plotted: Array) -> list[Array]:
    """Return the auxiliary signals of a plot that have the shape of its signal."""
    listed = [node.arrays.get(name) for name in names(node.attributes.get("auxiliary_signals", ""))]
    return [one for one in listed if one is not None and one is not plotted and one.shape == plotted.shape]


def axis_names(node: Node, plotted: Array | None) -> list[str]:
    """Return the names of the axes in the order of the dimensions of the signal; ``.`` stands for none."""
    for source in (node.attributes, plotted.attributes if plotted else {}):
        if "axes" in source:
            whole = plain(source["axes"])
            return [whole] if whole in node.arrays else names(source["axes"])
    marked = [(plain(one.attributes["axis"]), key) for key, one in node.arrays.items() if "axis" in one.attributes]
    return [key for _, key in sorted(marked)]


def axes(node: Node, plotted: Array) -> list[Array | None]:
    """Return the axis of each dimension of the signal (of those longer than one), None where there is none.

    An axis belongs to the dimension that ``@NAME_indices`` or its place in the list gives; where its length doesn't
    fit there, to the only dimension that it fits.
    """
    found: list[Array | None] = [None] * len(plotted.shape)
    for place, name in enumerate(axis_names(node, plotted)):
        axis = node.arrays.get(name)
        if axis is None or axis is plotted or len(axis.shape) != 1:
            continue
        stated = plain(node.attributes.get(f"{name}_indices", place))
        wanted = int(stated) if stated.isascii() and stated.isdigit() else place
        fitting = [k for k, size in enumerate(plotted.shape) if size in (axis.shape[0], axis.shape[0] - 1)]
        if wanted in fitting and found[wanted] is None:
            found[wanted] = axis
        elif len(fitting) == 1 and found[fitting[0]] is None:
            found[fitting[0]] = axis
    return found
