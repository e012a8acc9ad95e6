"""A guided tour: bubbles that point at the parts of the window while it goes on working."""
