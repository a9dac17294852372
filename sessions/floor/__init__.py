"""What the audience of a session says and does: questions, chat, polls, hands, reactions, contests."""
