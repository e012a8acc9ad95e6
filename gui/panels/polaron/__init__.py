"""The Polaron step: one page a question, all behind one bar."""
