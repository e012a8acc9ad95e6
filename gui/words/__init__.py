"""What is said of results on screen: facts, findings, flags, each as values and never as widgets."""
