"""Qt style sheet of the window; ``$names`` are the colour tokens of :class:`asplab.gui.look.theme.Theme`.

It is the same in every theme and asks the palette for its colours: a new sheet would make Qt polish every widget
once for each widget above it, which takes a second.
"""

from string import Template

TEMPLATE = Template("""
QMainWindow, QDialog { background: $background; }
QMessageBox { background: $panel; }
QMessageBox QLabel#qt_msgbox_label { font-size: ${title_px}px; font-weight: 600; min-width: 280px; }
QMessageBox QLabel#qt_msgbox_informativelabel { color: $muted; }
QToolTip { background: $panel; color: $text; border: 1px solid $line; padding: 4px 6px; font-size: ${muted_px}px; }

QFrame[role="help"] { background: $panel; border: 1px solid $accent; border-radius: 8px; }
QToolButton[role="help"] { padding: 0; min-height: 0; border: none; }
QFrame[role="card"] { background: $panel; border: 1px solid $line; border-radius: 8px; }
QFrame[role="dock_title"] { background: $panel; border: 1px solid $line; border-bottom: none;
    border-top-left-radius: 8px; border-top-right-radius: 8px; }
QFrame[role="dock"] { background: $panel; border: 1px solid $line; border-top: none;
    border-bottom-left-radius: 8px; border-bottom-right-radius: 8px; }
QFrame[role="dock_title"][floating="true"], QFrame[role="dock"][floating="true"] { border-radius: 0; }
QWidget[role="title"] { font-size: ${title_px}px; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: ${muted_px}px; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="bad"] { color: $bad; }
QLabel[tone="info"] { color: $muted; }

QPushButton, QToolButton { background: transparent; color: $text; border: 1px solid transparent; border-radius: 6px;
    padding: 4px 12px; min-height: 18px; }
QPushButton { background: $panel; border-color: $line; }
QPushButton:hover, QToolButton:hover { background: $soft; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:focus, QToolButton:focus { border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { color: $muted; background: transparent; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:disabled { background: $line; color: $muted; border-color: $line; }
QMessageBox QPushButton:default { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QMessageBox QPushButton:default:hover { background: $accent_hover; }
QMessageBox QPushButton:default:focus { border-color: $text; }
QPushButton[role="quiet"] { background: transparent; border-color: transparent; }
QPushButton[role="quiet"]:hover { background: $soft; }
QPushButton[role="quiet"]:focus { border-color: $accent; }
QPushButton[role="fold"] { background: transparent; border-color: transparent; color: $muted; font-weight: 600;
    text-align: left; padding: 3px 2px; }
QPushButton[role="fold"]:hover { color: $text; background: $soft; }
QPushButton[role="fold"]:focus { border-color: $accent; }
QToolButton[role="field"] { background: $field; border-color: $line; text-align: left; padding: 3px 24px 3px 8px; }
QToolButton[role="field"]:hover { border-color: $muted; }
QToolButton[role="field"]:focus { border-color: $accent; }
QToolButton[role="tiny"] { padding: 2px; min-height: 16px; border-radius: 4px; }
QToolButton[role="icon"] { padding: 4px 7px; }
QToolButton[role="small"] { padding: 4px 5px; }
QToolButton::menu-indicator, QPushButton::menu-indicator { image: url($icons/arrow-down.svg);
    width: 12px; height: 12px; subcontrol-origin: padding; subcontrol-position: center right; right: 4px; }
QToolButton[popupMode="2"] { padding-right: 20px; }
QToolButton[role="step"] { padding: 5px 15px; }
QToolButton[role="step"][popupMode="2"] { padding-right: 22px; }
QToolButton[role="step"]:checked { background: $accent; color: $on_accent; font-weight: 600; }
QToolButton[role="step"]:checked:focus { border-color: $text; }
QToolButton[role="page"] { padding: 5px 15px; color: $muted; }
QToolButton[role="page"][popupMode="2"] { padding-right: 22px; }
QToolButton[role="page"]:hover { color: $text; }
QToolButton[role="page"]:checked { background: $soft; color: $text; font-weight: 600; }
QToolButton[role="page"]:checked:focus { border-color: $accent; }

QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit { background: $field; color: $text;
    border: 1px solid $line; border-radius: 6px; padding: 3px 7px; min-height: 18px;
    selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: $muted; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus {
    border-color: $accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $muted; background: transparent; }
QLineEdit[refused="true"] { border-color: $bad; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: 18px; }
QAbstractSpinBox::up-arrow { image: url($icons/arrow-up.svg); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: url($icons/arrow-down.svg); width: 12px; height: 12px; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url($icons/arrow-down.svg); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $panel; color: $text; border: 1px solid $line; padding: 4px;
    outline: none; selection-background-color: $soft; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: 24px; padding: 0 6px; }

QCheckBox, QRadioButton { spacing: 8px; min-height: 24px; }
QCheckBox::indicator, QRadioButton::indicator { width: 14px; height: 14px; background: $field;
    border: 1px solid $muted; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked { background: $ticked; border-color: $ticked; image: url($icons/tick.svg); }
QRadioButton::indicator:checked { border: 4px solid $accent; width: 8px; height: 8px; background: $on_accent; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid $accent; }

QAbstractItemView { background: $panel; color: $text; border: none; outline: none;
    alternate-background-color: $field; selection-background-color: $soft; selection-color: $text; }
QTreeView::item { height: 24px; border: none; }
QListView::item { min-height: 24px; border: none; }
QTreeView::item:hover, QListView::item:hover { background: $field; }
QTreeView::item:selected, QListView::item:selected { background: $soft; color: $text; }
QTreeView:focus, QListView:focus, QTableView:focus { border: 1px solid $accent; border-radius: 4px; }
QTreeView, QListView, QTableView { border: 1px solid transparent; }
QTreeView { show-decoration-selected: 1; }
QTreeView::branch { background: $panel; }
QTreeView::branch:hover { background: $field; }
QTreeView::branch:selected { background: $soft; }
QTreeView::branch:has-children:closed { image: url($icons/arrow-right.svg); }
QTreeView::branch:has-children:open { image: url($icons/arrow-down.svg); }
QTreeView::indicator, QTableView::indicator { width: 14px; height: 14px; background: $field;
    border: 1px solid $muted; border-radius: 4px; }
QTreeView::indicator:checked, QTableView::indicator:checked { background: $ticked; border-color: $ticked;
    image: url($icons/tick.svg); }
QTreeView::indicator:indeterminate { background: $soft; border-color: $accent; }
QTableView { gridline-color: $line; }
QTableView::item { padding: 2px 8px; }
QTableView::item:selected { background: $soft; color: $text; }
QHeaderView { background: $panel; }
QHeaderView::section { background: $panel; color: $muted; border: none; border-bottom: 1px solid $line;
    padding: 5px 8px; font-size: ${muted_px}px; }
QTableCornerButton::section { background: $panel; border: none; }

QTabWidget::pane { border: none; }
QTabBar::tab { background: transparent; color: $muted; padding: 6px 12px; border-bottom: 2px solid transparent; }
QTabBar::tab:hover, QTabBar::tab:selected { color: $text; }
QTabBar::tab:selected { border-bottom-color: $accent; }

QProgressBar { background: $line; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QScrollArea { background: transparent; border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[role="page"] { background: transparent; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMainWindow::separator { width: 8px; height: 8px; background: transparent; }
QMainWindow::separator:hover { background: $soft; border-radius: 3px; }
QSplitter::handle { background: transparent; }
QSplitter::handle:horizontal { width: 8px; }
QSplitter::handle:vertical { height: 8px; }
QSplitter::handle:hover { background: $soft; border-radius: 3px; }

QMenuBar { background: $background; color: $text; padding: 2px 6px; }
QMenuBar::item { padding: 5px 10px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: $soft; }
QMenu { background: $panel; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; min-height: 16px; border-radius: 4px; }
QMenu::item:selected { background: $soft; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { left: 8px; }
QMenu::indicator { width: 12px; height: 12px; left: 4px; }
QMenu::right-arrow { image: url($icons/arrow-right.svg); width: 12px; height: 12px; right: 6px; }
QToolBar { background: $background; border: none; spacing: 2px; padding: 4px 8px; }
QToolBar::separator { background: $line; width: 1px; margin: 6px 6px; }
QStatusBar { background: $background; color: $muted; }
QStatusBar::item { border: none; }

QFrame[role="banner"] { border-radius: 8px; border: 1px solid $line; background: $panel; }
QFrame[role="banner"][tone="bad"] { border-color: $bad; }
QFrame[role="banner"][tone="warn"] { border-color: $warn; }
QFrame[role="banner"][tone="info"] { border-color: $accent; }
QGraphicsView { border: 1px solid transparent; border-radius: 4px; }
QGraphicsView:focus { border: 1px solid $accent; }
""")
