"""Parts of sentence-transformers models that come out of memory instead of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from sentence_transformers.base.modules import InputModule

if TYPE_CHECKING:
    from baken.nlp.embed.e5 import Shape, Weights

_RENAMED = (
    ("emb.word", "embeddings.word_embeddings.weight"),
    ("emb.pos", "embeddings.position_embeddings.weight"),
    ("emb.type", "embeddings.token_type_embeddings.weight"),
    ("emb.ln.w", "embeddings.LayerNorm.weight"),
    ("emb.ln.b", "embeddings.LayerNorm.bias"),
)
_LAYER_RENAMED = (
    ("q", "attention.self.query"),
    ("k", "attention.self.key"),
    ("v", "attention.self.value"),
    ("ao", "attention.output.dense"),
    ("aln", "attention.output.LayerNorm"),
    ("fi", "intermediate.dense"),
    ("fo", "output.dense"),
    ("oln", "output.LayerNorm"),
)


class BertInMemory(InputModule):  # type: ignore[misc]
    """A BERT of given weights, with a tokenizer file: the first part of a sentence model."""

    def __init__(self, shape: Shape, weights: Weights, tokenizer: Path, *, max_tokens: int) -> None:
        from tokenizers import Tokenizer
        from transformers import BertConfig, BertModel

        super().__init__()
        self.tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.enable_truncation(max_tokens)
        self.max_seq_length = max_tokens
        config = BertConfig(**asdict(shape))
        # Parameters are put in place, not copied: no moment with two models in memory.
        with torch.device("meta"):
            self.auto_model = BertModel(config, add_pooling_layer=False)
        state = {
            name: tensor.reshape(self.auto_model.get_parameter(name).shape)
            for name, tensor in _named(weights, shape.num_hidden_layers)
        }
        self.auto_model.load_state_dict(state, assign=True, strict=True)
        positions = torch.arange(shape.max_position_embeddings).expand((1, -1))
        buffers = {"position_ids": positions, "token_type_ids": torch.zeros_like(positions)}
        for name, values in buffers.items():
            self.auto_model.embeddings.register_buffer(name, values, persistent=False)
        self.eval()

    def preprocess(
        self, inputs: Sequence[str], prompt: str | None = None, **_: Any
    ) -> dict[str, torch.Tensor]:
        """Token ids of `inputs`, padded to the longest."""
        encoded = self.tokenizer.encode_batch([(prompt or "") + text for text in inputs])
        longest = max(len(one.ids) for one in encoded)
        # 1 is XLM-R's padding.
        ids = torch.full((len(encoded), longest), 1, dtype=torch.long)
        mask = torch.zeros((len(encoded), longest), dtype=torch.long)
        for row, one in enumerate(encoded):
            ids[row, : len(one.ids)] = torch.tensor(one.ids)
            mask[row, : len(one.ids)] = 1
        return {"input_ids": ids, "attention_mask": mask}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The features with the embedding of each token."""
        states = self.auto_model(
            input_ids=features["input_ids"], attention_mask=features["attention_mask"]
        )
        features["token_embeddings"] = states.last_hidden_state
        return features

    def get_embedding_dimension(self) -> int:
        """Numbers in the embedding of a token."""
        return int(self.auto_model.config.hidden_size)

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Save the tokenizer and the weights as an ordinary transformers model."""
        self.tokenizer.save(str(Path(output_path) / "tokenizer.json"))
        self.auto_model.save_pretrained(output_path)


def _named(weights: Weights, layers: int) -> list[tuple[str, torch.Tensor]]:
    named = [(full, torch.from_numpy(weights[short])) for short, full in _RENAMED]
    for layer in range(layers):
        for short, full in _LAYER_RENAMED:
            for part, name in (("w", "weight"), ("b", "bias")):
                tensor = torch.from_numpy(weights[f"l{layer}.{short}.{part}"])
                named.append((f"encoder.layer.{layer}.{full}.{name}", tensor))
    return named
