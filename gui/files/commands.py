"""What the entries of the File menu do."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from asplab.gui.batch.batches import Batches
from asplab.gui.files.dialogs import FileDialogs
from asplab.gui.files.exporting import Exports
from asplab.gui.files.filing import Files
from asplab.gui.files.published import PublishedData
from asplab.gui.files.watching import Watching


def file_commands(
    host: QWidget, files: Files, exports: Exports, published: PublishedData, watching: Watching, batches: Batches
) -> dict[str, Callable[[], None]]:
    """Return what answers each entry, by key."""
    dialogs = FileDialogs(host, files)
    return {
        "new_demo": files.open_demo,
        "import": dialogs.ask_folder,
        "import_files": dialogs.ask_files,
        "check_files": dialogs.ask_folder_to_check,
        "open": dialogs.ask_file,
        "open_with_settings": dialogs.ask_folder_for_settings,
        "paste_published": published.paste,
        "watch": watching.ask_folder,
        "batch": batches.open,
        "save": files.save,
        "save_as": files.ask_where_to_save,
        "export_tables": partial(exports.ask, "tables"),
        "export_report": partial(exports.ask, "report"),
        "export_script": partial(exports.ask, "script"),
        "export_bundle": partial(exports.ask, "bundle"),
    }
