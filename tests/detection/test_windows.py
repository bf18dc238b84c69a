"""Real windows of a state operation among ordinary users: floors that may not sink."""

import re

import pandas as pd
import pyarrow as pa
import pytest

from baken.config import DetectConfig
from baken.detection.network import find_edges
from baken.schema import TRACES

pytestmark = pytest.mark.shared_data

NO_WORDS = re.compile(r"https?://\S+|@\w+|[^\w#]+")
MIN_WORDS = 4


def _traces(folder, window):
    posts = pd.read_parquet(folder / "ira_tweets" / "tweets_dev.parquet")
    posts = posts[posts["window"] == window]
    operation = pd.DataFrame(
        {
            "account": "operation:" + posts["account"].astype(str),
            "at": posts["timestamp"].astype("datetime64[us]"),
            "text": posts["text"],
        }
    )
    users = pd.read_csv(
        folder / "organic_airline_tweets" / "tweets_dev.csv.gz", parse_dates=["timestamp"]
    )
    shift = operation["at"].min().normalize() - users["timestamp"].min().normalize()
    ordinary = pd.DataFrame(
        {
            "account": "ordinary:" + users["account"],
            "at": (users["timestamp"] + shift).astype("datetime64[us]"),
            "text": users["text"],
        }
    )
    both = pd.concat([operation, ordinary])
    words = [NO_WORDS.sub(" ", text.casefold()).strip() for text in both["text"]]
    both = both.assign(words=words)[[text.count(" ") >= MIN_WORDS - 1 for text in words]]
    n = len(both)
    return pa.table(
        {
            "trace_kind": pa.repeat("text", n),
            "account_id": pa.array(both["account"].tolist()),
            "object_id": pa.array(both["words"].tolist()),
            "doc_id": pa.array([f"doc-{number:06}" for number in range(n)]),
            "at": pa.array(both["at"].astype("int64").to_numpy(), pa.timestamp("us", tz="UTC")),
            "precision_s": pa.repeat(pa.scalar(60, pa.int32()), n),
        },
        schema=TRACES.schema,
    )


@pytest.mark.parametrize(
    ("window", "naive"), [("de_2016", 83), ("brussels_2016-03", 79), ("all_2015-02", 4)]
)
def test_no_fewer_accounts_than_naive_copies_and_no_ordinary_user(shared_data, window, naive):
    edges = find_edges(_traces(shared_data, window), DetectConfig())
    flagged = {*edges["left"].to_pylist(), *edges["right"].to_pylist()}
    assert not [account for account in flagged if account.startswith("ordinary:")]
    assert len(flagged) >= naive
