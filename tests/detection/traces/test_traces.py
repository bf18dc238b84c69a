from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from baken import schema
from baken.config import DetectConfig
from baken.detection.traces import SIGNALS, make_traces
from baken.detection.traces.links import registrable
from baken.detection.traces.sites import template
from baken.detection.traces.texts import centres, enough_words
from baken.errors import UnknownPlugin
from baken.model import TraceKind
from baken.protocols import DetectionView, Signal
from baken.schema import from_rows

BEGIN = datetime(2025, 3, 3, 9, 7, tzinfo=UTC)
EVERY = DetectConfig(traces=tuple(TraceKind))


def document(number, account="person:ada", **fields):
    return {
        "doc_id": f"doc-{number:03}",
        "account_id": account,
        "account_kind": "person",
        "text": "words",
        "published_at": BEGIN + timedelta(minutes=number),
        "published_precision": "second",
        "collected_at": BEGIN + timedelta(days=1),
        **fields,
    }


def annotation(number, text_id="text-1", own_text="five words of my own here"):
    return {"doc_id": f"doc-{number:03}", "text_id": text_id, "own_text": own_text}


def view(documents=(), annotations=(), matches=(), members=(), traits=()):
    return DetectionView(
        documents=from_rows(list(documents), schema.DOCUMENTS),
        annotations=from_rows(list(annotations), schema.ANNOTATIONS),
        matches=from_rows(list(matches), schema.MATCHES),
        members=from_rows(list(members), schema.MEMBERS),
        site_traits=from_rows(list(traits), schema.SITE_TRAITS),
    )


def objects(found, kind):
    return [row["object_id"] for row in found.to_pylist() if row["trace_kind"] == kind]


def test_there_is_a_signal_with_an_explanation_for_every_kind():
    assert set(SIGNALS) == {kind.value for kind in TraceKind}
    for signal in SIGNALS.values():
        assert isinstance(signal, Signal)
        assert len((type(signal).__doc__ or "").split()) > 15


def test_an_unknown_signal_is_named():
    with pytest.raises(UnknownPlugin, match="gossip"):
        make_traces(view(), DetectConfig(traces=("gossip",)))


def test_nothing_leaves_no_trace():
    found = make_traces(view(), EVERY)
    assert found.schema == schema.TRACES.schema
    assert len(found) == 0


def test_links_are_pages_and_sites():
    links = [
        "https://news.example.co.uk/a",
        "https://t.me/c/1",
        "nonsense",
        "http://[bad",
        "https://news.example.co.uk/a",
    ]
    found = make_traces(view([document(1, links=links)]), EVERY)
    assert objects(found, "url") == ["https://news.example.co.uk/a", "https://t.me/c/1"]
    assert objects(found, "domain") == ["example.co.uk"]


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://a.b.example.org/x", "example.org"),
        ("https://192.0.2.1/x", None),
        ("https://" + "a" * 3_000 + ".example", None),
        ("javascript:alert(1)", None),
        ("https://youtube.com/watch?v=1", None),
    ],
)
def test_registrable_domains(url, domain):
    assert registrable(url) == domain


def test_actions_and_tags():
    found = make_traces(
        view(
            [
                document(1, repost_of="post-9", hashtags=["One", "TWO", "three"]),
                document(2, reply_to="post-8", hashtags=["one"], media_sha256=["aa", "bb"]),
            ]
        ),
        EVERY,
    )
    assert objects(found, "repost") == ["post-9"]
    assert objects(found, "reply") == ["post-8"]
    assert sorted(objects(found, "media")) == ["aa", "bb"]
    assert sorted(objects(found, "hashtag")) == ["one", "one", "three", "two"]
    assert objects(found, "hashtag-sequence") == ["one #two #three"]


def test_texts_need_words_of_their_own_and_reposts_have_none():
    found = make_traces(
        view(
            [document(1), document(2), document(3, repost_of="post-1"), document(4)],
            [
                annotation(1),
                annotation(2, own_text="@someone thanks! https://very.long.example/link/to/it"),
                annotation(3),
            ],
        ),
        EVERY,
    )
    assert objects(found, "text") == ["text-1"]


@pytest.mark.parametrize(
    ("text", "enough"),
    [
        ("thank you so much", False),
        ("thank you all so very much", True),
        ("@a @b @c @d @e @f hello", False),
        ("https://example.org/one/two/three/four five", False),
        ("😀" * 500, False),
        ("外交部发言人今天在北京举行例行记者会", True),
        ("Спасибо вам всем большое", True),
        ("", False),
        ("\x00\u200b", False),
    ],
)
def test_what_is_enough_text(text, enough):
    assert enough_words(pa.chunked_array([[text]])).to_pylist() == [enough]


def match(left, right):
    return {"left": left, "right": right, "kind": "rewording", "score": 0.9}


def test_similar_texts_share_a_centre_and_do_not_chain():
    matches = [match("t1", "t2"), match("t2", "t3"), match("t3", "t4"), match("t4", "t5")]
    names, centre = centres(from_rows(matches, schema.MATCHES))
    star = dict(zip(names.to_pylist(), centre.to_pylist(), strict=True))
    assert star == {"t1": "t2", "t2": "t2", "t3": "t2", "t4": "t4", "t5": "t4"}
    again, other = centres(from_rows(matches[::-1], schema.MATCHES))
    assert dict(zip(again.to_pylist(), other.to_pylist(), strict=True)) == star


def test_similar_text_traces_name_the_centre():
    found = make_traces(
        view(
            [document(1), document(2, "person:bo"), document(3, "person:cy")],
            [annotation(1, "t1"), annotation(2, "t2"), annotation(3, "t9")],
            [match("t1", "t2")],
        ),
        EVERY,
    )
    assert objects(found, "similar-text") == ["t1", "t1"]


def test_rebuttals_leave_no_trace():
    members = [{"doc_id": "doc-001", "narrative_id": "n", "role": "rebuts"}]
    documents = [
        document(1, links=["https://example.org/a"]),
        document(2, links=["https://example.org/a"]),
    ]
    found = make_traces(view(documents, members=members), EVERY)
    assert set(found["doc_id"].to_pylist()) == {"doc-002"}


def test_rhythm_leaves_out_full_hours_dates_and_our_own_clock():
    documents = [
        document(1),
        document(53),
        document(2, published_precision="day"),
        document(3, collected_at=BEGIN + timedelta(minutes=3)),
    ]
    found = make_traces(view(documents), EVERY)
    assert objects(found, "rhythm") == ["2025-03-03T09:08Z"]


def test_precision_is_kept():
    documents = [
        document(1, repost_of="x", published_precision="day"),
        document(2, repost_of="x", published_precision="minute"),
        document(3, repost_of="x", published_precision="unknown"),
    ]
    found = make_traces(view(documents), EVERY)
    kept = dict(zip(found["doc_id"].to_pylist(), found["precision_s"].to_pylist(), strict=True))
    assert kept == {"doc-001": 86_400, "doc-002": 60, "doc-003": None}


def test_marks_of_sites():
    trait = {
        "account_id": "web:example.org",
        "trait_kind": "analytics",
        "value": "G-1",
        "url": "https://example.org/",
        "seen_at": BEGIN,
    }
    found = make_traces(view(traits=[trait]), EVERY)
    assert objects(found, "infrastructure") == ["analytics=G-1"]


@pytest.mark.parametrize(
    ("account", "masked"),
    [
        ("web:nieuws-nl.example", "nieuws-*.example"),
        ("web:nieuws-de.example", "nieuws-*.example"),
        ("web:example.org", None),
        ("web:24.nl", None),
    ],
)
def test_templates_of_names(account, masked):
    assert template(account) == masked


def test_rows_come_sorted_whatever_the_order():
    documents = [document(n, f"person:{n % 3}", repost_of=f"post-{n % 2}") for n in range(1, 9)]
    found = make_traces(view(documents), EVERY)
    assert make_traces(view(documents[::-1]), EVERY).equals(found)
    keys = [tuple(row[name] for name in schema.TRACES.key) for row in found.to_pylist()]
    assert keys == sorted(keys)
