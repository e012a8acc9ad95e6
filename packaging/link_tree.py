"""Build ``build/tree/asplab/{core,gui,resources}``: links to the checkout's folders, laid out as installed.

The folders install as ``asplab.core`` and so on; type checkers read files, not the installer's mapping, and
find them here. Running it again changes nothing. Standard library only.
"""

import os
import subprocess
import sys
from pathlib import Path

FOLDERS = ("core", "gui", "resources")


class LinkError(Exception):
    """A link can't be made; the message says what stands in the way."""


def link_tree(root: Path) -> list[Path]:
    """Make the links below ``root`` and return them.

    Raises
    ------
    LinkError
        When a folder of the checkout is missing, or when something other than a link is in a link's place.
    """
    tree = root / "build" / "tree" / "asplab"
    tree.mkdir(parents=True, exist_ok=True)
    links = [tree / name for name in FOLDERS]
    for link in links:
        _point(link, root / link.name)
    return links


def _point(link: Path, target: Path) -> None:
    """Let ``link`` lead to the folder ``target``; leave it alone when it already does."""
    if not target.is_dir():
        raise LinkError(f"{target}: no such folder to link to. Run this in a complete checkout.")
    if link.exists() and link.samefile(target):
        return
    if os.path.lexists(link):
        _remove_link(link)
    if os.name == "nt":
        # A symbolic link needs a privilege on Windows, a junction does not.
        subprocess.run(["cmd", "/c", "mklink", "/J", str(link), str(target)], check=True, capture_output=True)
    else:
        link.symlink_to(os.path.relpath(target, link.parent), target_is_directory=True)


def _remove_link(link: Path) -> None:
    try:
        os.readlink(link)  # also reads a junction, which Path.is_symlink does not report
    except OSError as problem:
        raise LinkError(f"{link} is not a link. Remove or rename it, then run this again.") from problem
    link.unlink()


def main() -> int:
    """Make the links of this checkout; exit code 2 with one message when that fails."""
    try:
        links = link_tree(Path(__file__).resolve().parent.parent)
    except (LinkError, OSError, subprocess.CalledProcessError) as problem:
        print(f"link_tree: {problem}", file=sys.stderr)
        return 2
    print(f"link_tree: {len(links)} links in {links[0].parent}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
