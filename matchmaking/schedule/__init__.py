"""The scheduling engine: pure functions over values."""
