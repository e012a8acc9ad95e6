"""Long work beside the window, and what its outcomes belong to."""
