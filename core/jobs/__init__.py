"""What the commands do, each as one call that reports progress and can be cancelled."""
