"""What other programs added to a project: found by what ASPLab did not write, and carried over on saving."""

from pathlib import Path

import h5py
import numpy as np

from asplab.core.nexus import link_names

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
        When ``old`` has links to other places or files, which are never followed.
    """
    listing = old.get(f"overview/project/{LISTING}")
    ours = {name.decode("ascii", "replace") for name in listing[...]} if isinstance(listing, h5py.Dataset) else set()
    carried: set[str] = set()
    for name in link_names(old, where):
        parent, _, leaf = name.rpartition("/")
        if name in ours:
            continue
        if parent in carried:
            carried.add(name)
            continue
        carried.add(name)
        group = _group(new, parent)
        old.copy(old[name], group, name=_free(group, leaf))


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
