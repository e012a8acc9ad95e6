"""The command line: one file a command that needs one."""
