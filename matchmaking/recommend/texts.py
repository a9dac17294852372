"""How alike free texts are, in any of the languages of a fair, without a network.

Texts are compared by their groups of two to four letters, weighted by how rare each is in the convention (TF-IDF):
Korean endings, Chinese and Japanese without blanks and misspelt English need no dictionary. Texts in two languages are
no more alike than their shared names and numbers; across languages the taxonomy's names and synonyms lead.
"""

from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaking.recommend.wording import normalised

Matrix = Any  # a scipy.sparse.csr_array of float32: (parties, features)

_SIZES = (2, 3, 4)
_FEATURES = 1 << 18  # groups of letters are told apart by a hash: two in a thousand texts meet in one place
_LONGEST = 400  # letters of a text that count
_COMMON = 0.05  # of all texts: what more of them have tells little, and costs most
_FEW = 500
_PRIMES = tuple(np.uint32(prime) for prime in (2654435761, 2246822519, 3266489917, 668265263))
_BLANK = ord(" ")


class Words:
    """What each party says of itself (`about`) and looks for (`wanted`), as rows of sparse matrices."""

    def __init__(self, about: Sequence[str], wanted: Sequence[str]) -> None:
        self._parties = len(about)
        self._texts = [normalised(text)[:_LONGEST] for text in (*about, *wanted)]

    @cached_property
    def _vectors(self) -> Matrix:
        return _weighed(_counted(self._texts))

    @property
    def about(self) -> Matrix:
        """What parties say of themselves, a row a party, of length 1 or 0."""
        return self._vectors[: self._parties]

    @property
    def wanted(self) -> Matrix:
        """What parties look for, likewise."""
        return self._vectors[self._parties :]


def get_ready() -> None:
    """Import what the vectors are made of, which takes half a second: else it is imported with the first of them."""
    import_module("scipy.sparse")


def _counted(texts: Sequence[str]) -> Matrix:
    """How often each group of letters stands in each text. The ends of words count as letters of theirs."""
    from scipy.sparse import csr_array

    letters = np.frombuffer("".join(f" {text} " for text in texts).encode("utf-32-le"), np.uint32)
    row = np.repeat(np.arange(len(texts)), [len(text) + 2 for text in texts])
    rows, columns = [], []
    for size in _SIZES:
        whole = _within_words(letters, size)
        rows.append(row[: len(whole)][whole])
        columns.append(_hashed(letters, size)[whole])
    where = (np.concatenate(rows), np.concatenate(columns))
    counts = csr_array((np.ones(len(where[0]), np.float32), where), shape=(len(texts), _FEATURES))
    counts.sum_duplicates()
    return counts


def _within_words(letters: NDArray[np.uint32], size: int) -> NDArray[np.bool_]:
    """At which places a group begins that has no blank but at its ends, and more than blanks."""
    places = max(0, len(letters) - size + 1)
    blank = letters == _BLANK
    inside = np.ones(places, bool)
    for offset in range(1, size - 1):
        inside &= ~blank[offset : offset + places]
    inside &= ~(blank[:places] & blank[size - 1 : size - 1 + places])
    return inside


def _hashed(letters: NDArray[np.uint32], size: int) -> NDArray[np.uint32]:
    places = max(0, len(letters) - size + 1)
    mixed = np.full(places, size, np.uint32)
    for offset in range(size):
        mixed = (mixed ^ letters[offset : offset + places]) * _PRIMES[offset]
        mixed ^= mixed >> np.uint32(15)
    return mixed % np.uint32(_FEATURES)


def _weighed(counts: Matrix) -> Matrix:
    """What is rare counts more, what is said often not much more than once, and what is all too common nothing."""
    texts = np.count_nonzero(np.diff(counts.indptr))
    frequent = np.bincount(counts.indices, minlength=_FEATURES)
    rarity = np.log((1 + texts) / (1 + frequent)) + 1
    rarity[frequent > max(_FEW, _COMMON * texts)] = 0
    counts.data = ((1 + np.log(counts.data)) * rarity[counts.indices]).astype(np.float32)
    counts.eliminate_zeros()
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    counts.data /= np.repeat(lengths, np.diff(counts.indptr)).astype(np.float32)
    return counts
