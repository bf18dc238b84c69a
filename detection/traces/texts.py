"""Traces of words: the same text, and the same text reworded or translated."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from baken.detection.traces.common import from_documents
from baken.detection.traces.near_copies import near_copies
from baken.model import TraceKind
from baken.protocols import DetectionView

# Below this, two people coincide by themselves ("thank you so much"). Chosen on the organic airline
# posts, of which longer ones are hardly ever written twice. Links and account names do not count.
MIN_WORDS = 4
MIN_LETTERS = 15
# Scripts that put no spaces between words: two letters of them count as a word.
_UNSPACED = r"([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Khmer}\p{Lao}\p{Myanmar}]{2})"
_NO_WORDS = r"(?:https?://|www\.)\S+|@[\pL\pN_]+|[^\pL\pN]+"


class TextSignal:
    """Two accounts publish the same words.

    Their own words: quotations, boilerplate and links are taken out first, and a text must be long
    enough that two people would not write it by accident. Wire copy, petitions and press releases
    are the innocent cases.
    """

    trace_kind = TraceKind.TEXT

    def traces(self, view: DetectionView) -> pa.Table:
        """One trace for each document with enough words of its own; the object is its text id."""
        documents = view.documents
        return from_documents(self.trace_kind, documents, _text_ids(view, documents))


class SimilarTextSignal:
    """Two accounts publish the same message in other words or another language.

    Each text stands for the group of its own best matches; groups do not chain, so that two texts
    are one object only when both match the same central text. Where texts were not matched by
    meaning, those count that share most of their letters within an hour.
    """

    trace_kind = TraceKind.SIMILAR_TEXT

    def traces(self, view: DetectionView) -> pa.Table:
        """One trace for each document whose text has a match; the object is the central text."""
        documents = view.documents
        ids = _text_ids(view, documents)
        matches = view.matches
        if len(matches) == 0:
            annotated = view.annotations["doc_id"].combine_chunks()
            place = pc.index_in(documents["doc_id"], value_set=annotated).combine_chunks()
            own = view.annotations["own_text"]
            matches = near_copies(ids, documents["published_at"], own, place)
        if len(matches) == 0:
            return from_documents(self.trace_kind, documents.slice(0, 0), pa.array([], pa.string()))
        texts, centre = centres(matches)
        found = pc.index_in(ids, value_set=texts)
        return from_documents(self.trace_kind, documents, pc.take(centre, found))


def centres(matches: pa.Table) -> tuple[pa.Array, pa.Array]:
    """Each matched text and the centre of its star: no chains, whatever the order of rows.

    Texts are taken by falling number of matches (then by id); each takes its free neighbours.
    """
    both = pa.concat_arrays([*matches["left"].chunks, *matches["right"].chunks]).dictionary_encode()
    names = both.dictionary
    rank = np.empty(len(names), dtype=np.int64)
    rank[pc.sort_indices(names).to_numpy()] = np.arange(len(names))
    codes = rank[both.indices.to_numpy(zero_copy_only=False)]
    left, right = codes[: len(matches)], codes[len(matches) :]
    ones = np.ones(len(left), dtype=np.int8)
    graph = sparse.csr_matrix((ones, (left, right)), shape=(len(names), len(names)))
    graph = (graph + graph.T).tocsr()
    degree = np.diff(graph.indptr)
    centre = np.full(len(names), -1, dtype=np.int64)
    for node in np.lexsort((np.arange(len(names)), -degree)):
        if centre[node] >= 0:
            continue
        centre[node] = node
        near = graph.indices[graph.indptr[node] : graph.indptr[node + 1]]
        free = near[centre[near] < 0]
        centre[free] = node
    ordered = names.take(pc.sort_indices(names))
    return ordered, ordered.take(pa.array(centre))


def _text_ids(view: DetectionView, documents: pa.Table) -> pa.Array:
    """The text id of each document with enough words of its own, else null.

    What is marked as a repost has no words of its own: it is a trace of another kind.
    """
    annotations = view.annotations.select(["doc_id", "text_id"])
    annotations = annotations.filter(_long_enough(view.annotations))
    found = pc.index_in(documents["doc_id"], value_set=annotations["doc_id"].combine_chunks())
    found = pc.if_else(pc.is_null(documents["repost_of"]), found, None)
    return pc.take(annotations["text_id"], found)


def _long_enough(annotations: pa.Table) -> pa.Array:
    """Whether each document has enough words of its own.

    A text that occurs once can meet nothing, and is only measured roughly: it counts as activity.
    """
    # Texts stay in their chunks: an array of strings holds two gigabytes at most.
    own = annotations["own_text"]
    encoded = annotations["text_id"].dictionary_encode().combine_chunks()
    places = pc.fill_null(encoded.indices, 0).to_numpy(zero_copy_only=False)
    roughly = pc.and_(
        pc.greater_equal(pc.utf8_length(own), MIN_LETTERS),
        pc.greater_equal(pc.count_substring(own, " "), MIN_WORDS - 1),
    )
    enough = pc.fill_null(roughly, False).to_numpy().copy()
    shared = np.bincount(places)[places] > 1 if len(places) else np.zeros(0, dtype=bool)
    exactly = enough_words(own.filter(pa.array(shared)))
    enough[shared] = pc.fill_null(exactly, False).to_numpy(zero_copy_only=False)
    return pa.array(enough)


def enough_words(own_text: pa.ChunkedArray) -> pa.Array:
    """Which texts are long enough that the same words mean a common source; null stays null."""
    encoded = own_text.dictionary_encode().combine_chunks()
    bare = pc.replace_substring_regex(encoded.dictionary, _NO_WORDS, " ")
    if not pc.all(pc.string_is_ascii(bare)).as_py():
        bare = pc.replace_substring_regex(bare, _UNSPACED, "\\1 ")
    bare = pc.utf8_trim(bare, " ")
    spaces = pc.count_substring(bare, " ")
    letters = pc.subtract(pc.utf8_length(bare), spaces)
    enough = pc.and_(
        pc.greater_equal(spaces, MIN_WORDS - 1), pc.greater_equal(letters, MIN_LETTERS)
    )
    return pc.take(enough, encoded.indices)
