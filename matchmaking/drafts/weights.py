"""What a meeting is worth by what both sides wish. Pure functions over values."""

from matchmaking.drafts.policy import WishWeights

MUST, MEET, NO = "must_meet", "meet", "no_thanks"
_USUAL = WishWeights()


def weigh(mine: str | None, theirs: str | None, weights: WishWeights = _USUAL) -> int:
    """The weight of two parties' meeting; 0 if it is not to be: nobody wishes it, or one would rather not."""
    if NO in (mine, theirs):
        return 0
    worth = {None: 0, MUST: weights.must_meet, MEET: weights.meet}
    both = weights.mutual if mine and theirs else 0
    return worth[mine] + worth[theirs] + both


def weight_of_rule(mine: str | None, theirs: str | None, weights: WishWeights = _USUAL) -> int:
    """The weight of a pair whom the organiser wants to meet: as much as any pair's, whatever the two wish."""
    return max(weigh(mine, theirs, weights), 2 * weights.must_meet + weights.mutual)
