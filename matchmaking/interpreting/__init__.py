"""Interpreters, booked with the meeting."""
