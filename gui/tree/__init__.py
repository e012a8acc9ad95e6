"""The experiment as a tree of conditions and files."""
