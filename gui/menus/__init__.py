"""What menus offer, and the small windows that explain."""
