"""Quantum yields that do not come from the ratio of emission and heat, and all yields side by side."""
