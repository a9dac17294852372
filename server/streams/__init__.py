"""What the streams of sessions say, learnt from their providers while somebody may be watching."""
