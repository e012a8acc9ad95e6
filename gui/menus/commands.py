"""What the menus offer: keys, captions and shortcuts."""

from typing import NamedTuple

from asplab.gui.language import tr


class Command(NamedTuple):
    """One entry of a menu: key, caption, shortcut (or none) and whether it needs a document."""

    key: str
    text: str
    shortcut: str | None = None
    needs_document: bool = True


FILE = (
    Command("new_demo", tr("New &demo"), None, False),
    Command("import", tr("&Import folder…"), "Ctrl+I", False),
    Command("import_files", tr("Import &files…"), "Ctrl+Shift+I", False),
    Command("check_files", tr("&Check files first…"), None, False),
    Command("paste_published", tr("&Paste published data"), "Ctrl+Shift+V", False),
    Command("open", tr("&Open…"), "Ctrl+O", False),
    Command("open_with_settings", tr("Open folder &with these settings…")),
    Command("watch", tr("Watc&h folder…"), None, False),
    Command("batch", tr("Analyse se&veral…"), "Ctrl+Shift+A", False),
)
SAVING = (
    Command("save", tr("&Save"), "Ctrl+S"),
    Command("save_as", tr("Save &as…"), "Ctrl+Shift+S"),
)
EXPORTS = (
    Command("export_figures", tr("&Figures…"), "Ctrl+Shift+F"),
    Command("copy_slide", tr("Copy s&ummary slide"), "Ctrl+Shift+P"),
    Command("save_slide", tr("Summary s&lide…")),
    Command("export_tables", tr("&Tables…")),
    Command("export_report", tr("&Report…")),
    Command("export_script", tr("&Python script…")),
    Command("export_bundle", tr("&Bundle for a repository…")),
)
EDIT = (
    Command("copy", tr("&Copy plot or table"), "Ctrl+C"),
    Command("toggle_excluded", tr("E&xclude / bring back"), "X"),
    Command("history", tr("&History"), "Ctrl+H"),
)
COPY_AS = (
    Command("copy_tsv", tr("Table as &text (TSV)")),
    Command("copy_markdown", tr("Table as &Markdown")),
    Command("copy_latex", tr("Table as &LaTeX")),
)
VIEW = (
    Command("view_all", tr("View &all"), "A"),
    Command("zoom_back", tr("Zoom &back"), "Alt+Left"),
    Command("zoom_forward", tr("Zoom &forward"), "Alt+Right"),
    Command("zoom_in", tr("Zoom &in"), "Ctrl++"),
    Command("zoom_out", tr("Zoom &out"), "Ctrl+-"),
    Command("warmer", tr("&Warmer"), tr("PgDown; Alt+Down")),
    Command("colder", tr("&Colder"), tr("PgUp; Alt+Up")),
    Command("next_excitation", tr("&Next excitation"), "."),
    Command("previous_excitation", tr("Pre&vious excitation"), ","),
    Command("pin", tr("&Pin as reference, or unpin"), "P"),
)
LAYOUT = (Command("reset_layout", tr("&Reset layout")),)
ANALYSIS = (Command("recompute", tr("&Recompute everything"), "F5"),)
HELP = (
    Command("explain", tr("&What is this setting?"), "F1", False),
    Command("guide", tr("User &guide"), None, False),
    Command("tour", tr("Guided &tour"), None, False),
    Command("keys", tr("&Keys"), "?", False),
    Command("about", tr("&About ASPLab"), None, False),
)
EVERY = (*FILE, *SAVING, *EXPORTS, *EDIT, *COPY_AS, *VIEW, *LAYOUT, *ANALYSIS, *HELP)
