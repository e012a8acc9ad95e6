"""What stands beside a result: checks, effects of corrections, what more data would bring."""
