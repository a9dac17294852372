"""Schedules are made beside the server, in processes that can be killed at any moment."""
