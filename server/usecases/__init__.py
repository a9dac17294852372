"""What needs both subjects, or a subject and accounts: each is one use."""
