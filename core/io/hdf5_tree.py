"""What an HDF5 file holds: its groups and arrays of numbers, read with bounds and without leaving the file."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from asplab.core.io.datafile import FileError
from asplab.core.io.headers import UNITS
from asplab.core.units import FloatArray

HEAP_MARK = b"GCOL\x01\0\0\0"
HEAP_HEAD_BYTES = 16
OBJECT_LIMIT = 20_000
DEPTH_LIMIT = 32
VALUE_LIMIT = 50_000_000
PAIR_LIMIT = 500
TEXT_LIMIT = 200

MORE_UNITS = {
    "nanometer": "nm",
    "nanometers": "nm",
    "nanometre": "nm",
    "nanometres": "nm",
    "electronvolt": "eV",
    "electron volt": "eV",
    "cm⁻¹": "cm-1",
    "cm¯¹": "cm-1",
    "cm^{-1}": "cm-1",
    "wn": "cm-1",
    "second": "s",
    "seconds": "s",
    "kelvin": "K",
    "count": "counts",
    "arbitr.units": "arb",
    "arb.u.": "arb",
    "a. u.": "arb",
    "pixels": "pixel",
    "px": "pixel",
}


@dataclass(frozen=True, slots=True)
class Array:
    """An array of numbers of the file: its path, its shape without dimensions of length one, and its attributes."""

    path: str
    shape: tuple[int, ...]
    attributes: dict[str, Any]
    dataset: Any

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def unit(self) -> str:
        """Unit as it is called here, or as the file writes it where it has no name here."""
        text = plain(self.attributes.get("units", self.attributes.get("unit", "")))
        lowered = text.strip().lower()
        return UNITS.get(lowered) or MORE_UNITS.get(lowered, text)


@dataclass(frozen=True, slots=True)
class Node:
    """A group: its path, its attributes, the arrays and groups in it by name, and its short texts and numbers."""

    path: str
    attributes: dict[str, Any]
    arrays: dict[str, Array] = field(default_factory=dict)
    groups: dict[str, "Node"] = field(default_factory=dict)
    scalars: list[tuple[str, str]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The NeXus class, empty without one."""
        return plain(self.attributes.get("NX_class", ""))

    def walk(self) -> Iterator["Node"]:
        """Yield this group and all below it, in the order of the file."""
        yield self
        for child in self.groups.values():
            yield from child.walk()


@dataclass(slots=True)
class Survey:
    """What a walk through a file has met so far."""

    name: str
    objects: int = 0
    values: int = 0
    outside: list[str] = field(default_factory=list)

    def count(self, path: str, depth: int) -> None:
        """Count one more object; raise `FileError` where there are absurdly many."""
        self.objects += 1
        if self.objects > OBJECT_LIMIT or depth > DEPTH_LIMIT:
            text = (
                f"{path} is object {self.objects} of the file in depth {depth}, more than a measurement has. Split it."
            )
            raise FileError(self.name, None, text)


def plain(value: Any) -> str:
    """Return an attribute or a short text as text; of an array its parts, separated by commas."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return ",".join(plain(one) for one in value.ravel()[:100])
    return str(value)


def attributes(item: Any) -> dict[str, Any]:
    """Return the attributes of a group or array."""
    return {str(key): item.attrs[key] for key in list(item.attrs)[:1000]}


def refuse_endless_heaps(raw: bytes, name: str) -> None:
    """Raise `FileError` where the heaps of texts are damaged in a way on which the HDF5 library loops for ever.

    A heap is a chain of objects, each with its size; the last one, of index 0, is the free space up to the end. The
    library doesn't notice that an object of size 0 leads back to itself.
    """
    at = raw.find(HEAP_MARK)
    while at >= 0 and at + HEAP_HEAD_BYTES <= len(raw):
        stop = at + int.from_bytes(raw[at + 8 : at + HEAP_HEAD_BYTES], "little")
        place = at + HEAP_HEAD_BYTES
        while place + HEAP_HEAD_BYTES <= min(stop, len(raw)):
            index, _, _, size = struct.unpack_from("<HHIQ", raw, place)
            place += size if index == 0 else HEAP_HEAD_BYTES + (size + 7) // 8 * 8
            if place > stop or (index == 0 and place != stop):
                text = f"a heap of texts is broken at byte {place}. The file is damaged: copy it again."
                raise FileError(name, None, f"the HDF5 file can't be read: {text}")
        at = raw.find(HEAP_MARK, at + len(HEAP_MARK))


def survey(file: Any, name: str) -> tuple[Node, Survey]:
    """Return the tree of an open file, and what else was met in it."""
    met = Survey(name)
    return read_group(file, "", met, frozenset(), 0), met


def read_group(group: Any, path: str, met: Survey, above: frozenset[int], depth: int) -> Node:
    """Return one group with all below it; groups that hold themselves are entered once."""
    import h5py

    met.count(path or "/", depth)
    above = above | {h5py.h5o.get_info(group.id).addr}
    node = Node(path, attributes(group))
    for key in group:
        here = f"{path}/{key}".removeprefix("/")
        link = group.get(key, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            met.outside.append(here)
            continue
        # `get` answers None for an object that is damaged, so only links that may lead nowhere are asked that way.
        item = group.get(key) if isinstance(link, h5py.SoftLink) else group[key]
        if isinstance(item, h5py.Group):
            if h5py.h5o.get_info(item.id).addr not in above:
                node.groups[key] = read_group(item, here, met, above, depth + 1)
        elif isinstance(item, h5py.Dataset):
            read_item(node, key, here, item, met)
    return node


def read_item(node: Node, key: str, path: str, item: Any, met: Survey) -> None:
    """Add one dataset to its group: an array of numbers, or a short text or number."""
    met.count(path, 0)
    if item.is_virtual or item.external:
        met.outside.append(path)
    elif item.shape is None:
        return
    elif item.size == 1:
        text = plain(np.asarray(item[()]).ravel()[0])
        unit = plain(item.attrs.get("units", item.attrs.get("unit", "")))
        if 0 < len(text) <= TEXT_LIMIT:
            node.scalars.append((key, f"{text} {unit}".strip()))
    elif item.dtype.kind in "iuf" and item.size > 1:
        refuse_size(met, path, item.shape)
        shape = tuple(size for size in item.shape if size > 1)
        node.arrays[key] = Array(path, shape, attributes(item), item)


def refuse_size(met: Survey, path: str, shape: tuple[int, ...]) -> None:
    """Raise `FileError` where an array alone has more values than a measurement."""
    size = 1
    for length in shape:
        size *= length
    if size > VALUE_LIMIT:
        sides = " x ".join(map(str, shape))
        text = f"{path} has {sides} values, more than {VALUE_LIMIT} altogether. Split the file, or export a part of it."
        raise FileError(met.name, None, text)


def numbers(array: Array, met: Survey) -> FloatArray:
    """Return the values of an array in its shape without dimensions of length one.

    Raises
    ------
    FileError
        Where all arrays read together have more values than a measurement.
    """
    met.values += int(np.prod(array.shape, dtype=np.int64))
    if met.values > 2 * VALUE_LIMIT:
        raise FileError(met.name, None, f"the arrays hold more than {2 * VALUE_LIMIT} values. Split the file.")
    values: FloatArray = np.asarray(array.dataset[()], dtype=np.float64).reshape(array.shape)
    return values


def pairs(node: Node) -> tuple[tuple[str, str], ...]:
    """Return the short texts and numbers below ``node``, and the attributes of itself, under their paths within it."""
    found = [(key, plain(value)) for key, value in node.attributes.items() if key not in ("NX_class", "default")]
    start = len(node.path) + 1 if node.path else 0
    for group in node.walk():
        within = group.path[start:]
        found += [(f"{within}/{key}" if within else key, text) for key, text in group.scalars]
        if len(found) > PAIR_LIMIT:
            break
    return tuple(pair for pair in found[:PAIR_LIMIT] if len(pair[1]) <= TEXT_LIMIT)
