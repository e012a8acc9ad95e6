"""The progress bar of commands, on stderr where that is a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asplab.core.progress import Progress


@contextmanager
def progress_bar() -> Iterator["Progress"]:
    """Show a progress bar on stderr while the work runs; nothing where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    from asplab.core.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield Progress()
        return
    columns = (TextColumn("{task.description:<32}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield Progress(lambda fraction, text: bar.update(task, completed=fraction, description=text))
