"""A convention seeded and lived through real commands: SMC 2020, in a few minutes."""
