"""HDF5 in the NeXus convention: groups with a class, numbers with a unit, UTF-8 texts; read back with suspicion.

Reading follows no link to another place or file, evaluates nothing, and refuses shapes that make no sense.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from asplab.core.errors import ProjectError
from asplab.core.experiment import frozen_array
from asplab.core.safe_files import advise_previous
from asplab.core.units import FloatArray

MOST_VALUES = 250_000_000
"""More values than any project has in one dataset; a file that claims more is broken or malicious."""

ROLE = "asplab_role"
"""Attribute that marks the groups that ASPLab reads: ``overview``, ``process`` or ``records``."""

_COMPRESS_FROM = 64
_EXACT_INTEGER = 2.0**53
_INTEGERS = (np.uint8, np.uint16, np.int16, np.uint32, np.int32, np.int64)
# Compact groups: half the size of the oldest layout; every HDF5 library since 1.10 (2016) reads it.
LAYOUT = ("v110", "v110")


def add_group(parent: h5py.Group, name: str, nx_class: str, **attributes: object) -> h5py.Group:
    """Create a group of a NeXus class."""
    group = parent.create_group(name)
    group.attrs["NX_class"] = nx_class
    for key, value in attributes.items():
        group.attrs[key] = value
    return group


def add_text(group: h5py.Group, name: str, text: str) -> h5py.Dataset:
    """Write one text."""
    storable = _storable(text)
    dataset = group.create_dataset(name, data=text if storable else json.dumps(text), dtype=h5py.string_dtype())
    if not storable:
        dataset.attrs["encoding"] = "json"
    return dataset


def add_texts(group: h5py.Group, name: str, texts: Sequence[str]) -> h5py.Dataset:
    """Write a column of texts."""
    storable = all(_storable(text) for text in texts)
    column = list(texts) if storable else [json.dumps(text) for text in texts]
    dataset = group.create_dataset(name, data=np.array(column, dtype=object), dtype=h5py.string_dtype())
    if not storable:
        dataset.attrs["encoding"] = "json"
    return dataset


def _storable(text: str) -> bool:
    """Tell whether HDF5 can hold ``text``: no NUL, and no byte of a file name that is not UTF-8."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def add_numbers(
    group: h5py.Group, name: str, values: object, *, unit: str, pack: bool = False, **attributes: object
) -> h5py.Dataset:
    """Write numbers with their unit; a dimensionless number has the unit ``1``, an unknown unit is empty.

    ``pack`` stores floats that are all whole numbers as integers, which is exact, and compresses.
    """
    array = np.asarray(values)
    stored = _integers(array) if pack else array
    if pack and array.size >= _COMPRESS_FROM:
        dataset = group.create_dataset(
            name, data=stored, chunks=_chunks(stored), compression="gzip", compression_opts=1, shuffle=True
        )
    else:
        dataset = group.create_dataset(name, data=stored)
    dataset.attrs["units"] = unit
    for key, value in attributes.items():
        dataset.attrs[key] = value
    return dataset


def _chunks(array: NDArray[Any]) -> tuple[int, ...] | bool:
    """Return one chunk for a small array (no index is then needed), True for the library's choice."""
    return array.shape if array.nbytes <= 1 << 20 else True


def _integers(values: NDArray[Any]) -> NDArray[Any]:
    """Return float values as the smallest integers that hold them exactly, else as they are."""
    if values.dtype.kind != "f" or values.size == 0:
        return values
    low, high = float(np.min(values)), float(np.max(values))
    # A comparison with NaN is false; -0.0 would come back as 0.0.
    if not (low > -_EXACT_INTEGER and high < _EXACT_INTEGER) or np.any(values != np.rint(values)):
        return values
    if np.any(np.signbit(values) & (values == 0.0)):
        return values
    kind = next(k for k in _INTEGERS if np.iinfo(k).min <= low and high <= np.iinfo(k).max)
    return values.astype(kind)


def share(group: h5py.Group, name: str, dataset: h5py.Dataset) -> None:
    """Show a dataset at a second place: a hard link, which viewers know as NeXus link by ``target``."""
    group[name] = dataset
    if "target" not in dataset.attrs:
        dataset.attrs["target"] = dataset.name


class Reader:
    """Read an untrusted file: what is missing, linked or misshapen raises `ProjectError` with its place.

    Datasets that appear at several places are read once, so that records share their arrays.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[object, FloatArray] = {}

    def fault(self, place: str, text: str) -> ProjectError:
        """Return an error that names file and place."""
        return ProjectError(f"{self._path}: {place}: {text} {advise_previous(self._path)}")

    def group(self, parent: h5py.Group, name: str) -> h5py.Group:
        """Return the group ``name``."""
        found = parent.get(name)
        if not isinstance(found, h5py.Group):
            raise self.fault(f"{parent.name}/{name}", "the group is missing; the project is damaged.")
        return found

    def has(self, group: h5py.Group, name: str) -> bool:
        """Tell whether there is a member ``name``."""
        return name in group

    def _dataset(self, group: h5py.Group, name: str) -> h5py.Dataset:
        found = group.get(name)
        place = f"{group.name}/{name}"
        if not isinstance(found, h5py.Dataset):
            raise self.fault(place, "the dataset is missing; the project is damaged.")
        if found.shape is None or found.size > MOST_VALUES:
            raise self.fault(place, f"the dataset claims the shape {found.shape}; the project is damaged.")
        if found.is_virtual or found.external:
            raise self.fault(place, "the dataset keeps its values in another file, which is never opened.")
        return found

    def text(self, group: h5py.Group, name: str) -> str:
        """Return one text."""
        dataset = self._dataset(group, name)
        if dataset.shape != () or h5py.check_string_dtype(dataset.dtype) is None:
            raise self.fault(str(dataset.name), f"expected one text, found {dataset.dtype} of shape {dataset.shape}.")
        return self._decoded(dataset, [dataset.asstr(errors="surrogateescape")[()]])[0]

    def texts(self, group: h5py.Group, name: str) -> list[str]:
        """Return a column of texts."""
        dataset = self._dataset(group, name)
        if dataset.ndim != 1 or h5py.check_string_dtype(dataset.dtype) is None:
            raise self.fault(str(dataset.name), f"expected texts, found {dataset.dtype} of shape {dataset.shape}.")
        return self._decoded(dataset, dataset.asstr(errors="surrogateescape")[...].tolist())

    def _decoded(self, dataset: h5py.Dataset, texts: list[str]) -> list[str]:
        if dataset.attrs.get("encoding") != "json":
            return texts
        return [str(self.json(text, str(dataset.name))) for text in texts]

    def json(self, text: str, place: str) -> Any:
        """Return the value of a JSON text."""
        try:
            return json.loads(text)
        except ValueError as error:
            raise self.fault(place, f"no JSON ({error}); the project is damaged.") from error

    def numbers(self, group: h5py.Group, name: str, *, ndim: int) -> FloatArray:
        """Return numbers as read-only float64 array."""
        dataset = self._dataset(group, name)
        address = h5py.h5o.get_info(dataset.id).addr
        if address not in self._known:
            if dataset.ndim != ndim or dataset.dtype.kind not in "iuf":
                text = f"expected numbers with {ndim} axes, found {dataset.dtype} of shape {dataset.shape}."
                raise self.fault(str(dataset.name), text)
            self._known[address] = frozen_array(dataset[...])
        found = self._known[address]
        if found.ndim != ndim:
            raise self.fault(str(dataset.name), f"expected numbers with {ndim} axes, found {found.ndim}.")
        return found

    def names(self, group: h5py.Group, name: str) -> list[str]:
        """Return a column of fixed-length ASCII texts."""
        dataset = self._dataset(group, name)
        if dataset.ndim != 1 or dataset.dtype.kind != "S":
            raise self.fault(str(dataset.name), f"expected names, found {dataset.dtype} of shape {dataset.shape}.")
        return [text.decode("ascii", "replace") for text in dataset[...].tolist()]

    def attribute(self, item: h5py.Group | h5py.Dataset, name: str) -> str:
        """Return a text attribute."""
        value = item.attrs.get(name)
        if not isinstance(value, str):
            raise self.fault(f"{item.name}@{name}", f"expected a text, found {value!r}.")
        return value


def role(item: object) -> str:
    """Return what ASPLab uses a group for; empty for a dataset and for a group of another program."""
    found = item.attrs.get(ROLE) if isinstance(item, h5py.Group) else None
    return found if isinstance(found, str) else ""


def link_names(file: h5py.File, path: Path) -> list[str]:
    """Return the names of all hard links below the root, parents before children.

    Raises
    ------
    ProjectError
        For a soft or an external link: a project holds all its data itself.
    """
    names: list[str] = []
    soft: list[str] = []

    def note(name: bytes, info: Any) -> None:
        (names if info.type == h5py.h5l.TYPE_HARD else soft).append(name.decode("utf-8", "surrogateescape"))

    file.id.links.visit(note, info=True)
    if soft:
        raise ProjectError(
            f"{path}: /{soft[0]} is a link to another place or file. ASPLab follows no links: "
            "replace it by a copy of the data, or delete it, in the program that made it."
        )
    return names
