"""The measurements around the main one, a page each."""
