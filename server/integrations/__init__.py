"""What leaves the process: one file an outside system."""
