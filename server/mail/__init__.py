"""Mail: an outbox in the database, the texts, and the postman who makes secrets only when he sends."""
