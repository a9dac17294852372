"""Who should meet whom, and why."""
