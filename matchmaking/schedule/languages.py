"""Who understands whom: what a meeting needs of the one who interprets it."""

from collections.abc import Set
from itertools import product

Tongues = tuple[frozenset[str], ...]


def shared(tongues: Tongues) -> bool:
    """Whether all have a language in common. Whose languages nobody told has one in common with everybody."""
    told = [languages for languages in tongues if languages]
    return not told or bool(frozenset.intersection(*told))


def bridged(tongues: Tongues, pairs: Set[tuple[str, str]]) -> bool:
    """Whether who interprets between these pairs makes all understand each other: there is a choice of a language for
    each so that any two have the same, or ones that are interpreted both ways."""
    told = [sorted(languages) for languages in dict.fromkeys(tongues) if languages]
    return any(
        all((a, b) in pairs and (b, a) in pairs for a in choice for b in choice if a < b)
        for choice in {frozenset(one) for one in product(*told)}
    )
