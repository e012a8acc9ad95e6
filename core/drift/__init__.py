"""What changes while a run goes on: trends over the repeats, and what revisited references tell."""
