"""The user guide: its pages, their search, typeset equations and the window that shows them."""
