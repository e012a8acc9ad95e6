"""The measurements around the main one: pure functions from arrays with errors to results."""
