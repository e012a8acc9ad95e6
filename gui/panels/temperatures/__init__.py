"""All temperatures at a glance: η with its fit and residuals, one tile each."""
