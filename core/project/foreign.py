"""What other programs added to a project: found by what ASPLab did not write, and carried over on saving."""

from pathlib import Path

import h5py
import numpy as np

from asplab.core.errors import ProjectError
from asplab.core.project.nexus import Reader, link_names

LISTING = "written_by_asplab"


def add_listing(project: h5py.Group) -> None:
    """List the names of all that stands in the file so far as ours, the list included."""
    names = link_names(project.file, Path(project.file.filename))
    own = f"{project.name}/{LISTING}".removeprefix("/")
    # ASPLab names everything in ASCII, and fixed-length texts compress well.
    column = np.array(sorted([*names, own]), dtype="S")
    project.create_dataset(LISTING, data=column, chunks=column.shape, compression="gzip", shuffle=True)


def carry_over(old: h5py.File, new: h5py.File, where: Path) -> None:
    """Copy to ``new`` what other programs added to ``old``.

    A group or dataset keeps its place. Where its place is taken now, ``_kept`` is added to its name; where its
    group is gone, the group is made again as a plain collection.

    Raises
    ------
    ProjectError
        When ``old`` has links to other places, or datasets with values in other files: they are never followed.
    """
    reader = Reader(where)
    ours = set(reader.names(reader.group(reader.group(old, "overview"), "project"), LISTING))
    foreign = [name for name in link_names(old, where) if name not in ours]
    for name in foreign:
        _refuse_distant(old[name], where)
    # A group is copied with all that is in it.
    carried = set(foreign)
    for name in foreign:
        parent, _, leaf = name.rpartition("/")
        if parent not in carried:
            group = _group(new, parent)
            old.copy(old[name], group, name=_free(group, leaf))


def _refuse_distant(item: object, where: Path) -> None:
    if isinstance(item, h5py.Dataset) and (item.is_virtual or item.external):
        raise ProjectError(
            f"{where}: {item.name} keeps its values in another file, which is never opened. Delete the dataset, or "
            "replace it by a copy of the data, in the program that made it."
        )


def _group(new: h5py.File, name: str) -> h5py.Group:
    if not name:
        return new
    found = new.get(name)
    if isinstance(found, h5py.Group):
        return found
    group = new.create_group(name)
    group.attrs["NX_class"] = "NXcollection"
    return group


def _free(group: h5py.Group, name: str) -> str:
    while name in group:
        name += "_kept"
    return name
