"""What the menus offer: keys, captions and shortcuts."""

from typing import NamedTuple


class Command(NamedTuple):
    """One entry of a menu: key, caption, shortcut (or none) and whether it needs a document."""

    key: str
    text: str
    shortcut: str | None = None
    needs_document: bool = True


FILE = (
    Command("new_demo", "New &demo", None, False),
    Command("import", "&Import folder…", "Ctrl+I", False),
    Command("import_files", "Import &files…", "Ctrl+Shift+I", False),
    Command("check_files", "&Check files first…", None, False),
    Command("paste_published", "&Paste published data", "Ctrl+Shift+V", False),
    Command("open", "&Open…", "Ctrl+O", False),
    Command("open_with_settings", "Open folder &with these settings…"),
    Command("watch", "Watc&h folder…", None, False),
)
SAVING = (
    Command("save", "&Save", "Ctrl+S"),
    Command("save_as", "Save &as…", "Ctrl+Shift+S"),
)
EXPORTS = (
    Command("export_figures", "&Figures…"),
    Command("export_tables", "&Tables…"),
    Command("export_report", "&Report…"),
)
EDIT = (
    Command("copy", "&Copy plot or table", "Ctrl+C"),
    Command("toggle_excluded", "E&xclude / bring back", "X"),
    Command("history", "&History", "Ctrl+H"),
)
COPY_AS = (
    Command("copy_tsv", "Table as &text (TSV)"),
    Command("copy_markdown", "Table as &Markdown"),
    Command("copy_latex", "Table as &LaTeX"),
)
VIEW = (
    Command("view_all", "View &all", "A"),
    Command("zoom_back", "Zoom &back", "Alt+Left"),
    Command("zoom_forward", "Zoom &forward", "Alt+Right"),
    Command("zoom_in", "Zoom &in", "Ctrl++"),
    Command("zoom_out", "Zoom &out", "Ctrl+-"),
    Command("warmer", "&Warmer", "PgDown; Alt+Down"),
    Command("colder", "&Colder", "PgUp; Alt+Up"),
    Command("next_excitation", "&Next excitation", "."),
    Command("previous_excitation", "Pre&vious excitation", ","),
    Command("pin", "&Pin as reference, or unpin", "P"),
)
LAYOUT = (Command("reset_layout", "&Reset layout"),)
ANALYSIS = (Command("recompute", "&Recompute everything", "F5"),)
HELP = (
    Command("explain", "&What is this setting?", "F1", False),
    Command("guide", "User &guide", None, False),
    Command("tour", "Guided &tour", None, False),
    Command("keys", "&Keys", "?", False),
    Command("about", "&About ASPLab", None, False),
)
EVERY = (*FILE, *SAVING, *EXPORTS, *EDIT, *COPY_AS, *VIEW, *LAYOUT, *ANALYSIS, *HELP)
