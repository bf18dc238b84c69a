from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from baken.detection.simulate import build_world
from baken.detection.simulate.material import LANGUAGES, material
from baken.detection.simulate.prose import TOPICS
from baken.detection.simulate.world import DAYS, END, World, account_of, key_of

INNOCENT_CLASSES = {
    "wire-copy",
    "same-owner",
    "press-release",
    "quotation",
    "fact-check",
    "breaking-news",
    "petition",
    "sports-television",
    "feed-bot",
}


def test_the_same_seed_gives_the_same_world(world: World) -> None:
    assert build_world(2025) == world


def test_another_seed_gives_another_world(world: World) -> None:
    other = build_world(7)
    assert other.articles != world.articles
    assert other.posts != world.posts


def test_it_is_as_large_and_as_long_as_promised(world: World) -> None:
    assert 1_500 <= world.documents <= 2_400
    assert len(world.outlets) >= 14
    assert len(world.channels) == 4
    assert len(world.accounts) == 40
    moments = [one.published_at for one in (*world.articles, *world.channel_posts, *world.posts)]
    assert (max(moments) - min(moments)).days == DAYS - 1
    assert max(moments).date() == END


def test_the_end_is_a_parameter() -> None:
    world = build_world(1, end=date(2025, 3, 31))
    first = min(article.published_at for article in world.articles).date()
    assert date(2025, 3, 31) - first <= timedelta(days=DAYS)


def test_every_language_has_documents(world: World) -> None:
    languages = Counter(article.language for article in world.articles)
    assert set(languages) == set(LANGUAGES)
    assert min(languages.values()) >= 40


def test_every_name_is_fictitious_and_every_host_reserved(world: World) -> None:
    assert all(outlet.host.endswith(".example") for outlet in world.outlets)
    links = {link for one in (*world.articles, *world.posts) for link in one.links}
    assert all(link.split("/")[2].endswith(".example") for link in links)


def test_keys_are_unique(world: World) -> None:
    keys = [key_of(one) for one in (*world.articles, *world.channel_posts, *world.posts)]
    assert len(keys) == len(set(keys))


def test_no_slot_is_left_open(world: World) -> None:
    texts = [part for one in world.articles for part in (one.title, *one.paragraphs)]
    texts += [one.text for one in (*world.channel_posts, *world.posts)]
    assert not [text for text in texts if "{" in text or "}" in text or not text.strip()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_material_has_enough_to_choose_from(language: str) -> None:
    words = material(language)
    assert set(words["topics"]) == {*TOPICS, "breaking"}
    assert all(len(words["topics"][topic]["details"]) >= 7 for topic in TOPICS)
    assert all(len(words["topics"][topic]["leads"]) >= 3 for topic in TOPICS)


def test_both_campaigns_are_planted(world: World) -> None:
    sites, accounts = world.campaigns
    assert (sites.kind, accounts.kind) == ("sites", "accounts")
    assert 5 <= len(sites.accounts) <= 6
    assert 7 <= len(accounts.accounts) <= 9
    stories = [one for one in world.articles if one.address in sites.documents]
    assert {one.language for one in stories} == {"nl", "en", "de", "fr", "pl"}
    assert min(Counter(one.host for one in stories).values()) >= 6
    assert len({one.title for one in stories}) == len(stories)


def test_a_story_of_the_site_network_is_everywhere_within_hours(world: World) -> None:
    sites = world.campaigns[0]
    stories = [one for one in world.articles if one.address in sites.documents]
    for story in material("campaign_sites")["story"]:
        titles = {wording["title"] for wording in story.values()}
        moments = [one.published_at for one in stories if one.title in titles]
        assert len(moments) == len(sites.accounts)
        assert max(moments) - min(moments) <= timedelta(hours=7)


def test_the_account_network_is_in_step_and_mostly_does_other_things(world: World) -> None:
    network = world.campaigns[1]
    waves = defaultdict(list)
    for post in world.posts:
        if post.post_id in network.documents:
            waves[post.links].append(post.published_at)
    assert len(waves) >= 8
    assert all(max(at) - min(at) <= timedelta(minutes=8) for at in waves.values())
    own = Counter(post.account.name for post in world.posts if post.post_id in network.documents)
    everything = Counter(post.account.name for post in world.posts)
    assert all(own[name] < 0.5 * everything[name] for name in network.accounts)


def test_every_innocent_is_there(world: World) -> None:
    assert {one.kind for one in world.innocents} == INNOCENT_CLASSES
    assert all(len(one.documents) >= 20 for one in world.innocents)
    wire = next(one for one in world.innocents if one.kind == "wire-copy")
    assert len(wire.accounts - {"web:npb.example"}) == 10


def test_no_innocent_document_belongs_to_a_campaign(world: World) -> None:
    planted = frozenset().union(*(one.documents for one in world.campaigns))
    assert all(not planted & one.documents for one in world.innocents)


def test_the_truth_names_the_accounts_of_its_documents(world: World) -> None:
    account = {
        key_of(one): account_of(one)
        for one in (*world.articles, *world.channel_posts, *world.posts)
    }
    for one in (*world.campaigns, *world.innocents):
        assert {account[key] for key in one.documents} == one.accounts


def test_unrelated_documents_of_different_accounts_are_not_alike(world: World) -> None:
    labelled = frozenset().union(*(one.documents for one in (*world.campaigns, *world.innocents)))
    documents = [
        (account_of(one), " ".join(one.paragraphs))
        for one in world.articles
        if key_of(one) not in labelled
    ]
    documents += [
        (account_of(one), one.text)
        for one in world.posts
        if key_of(one) not in labelled and one.repost_of is None
    ]
    shingles = [_shingles(text) for _, text in documents]
    shared: Counter[tuple[int, int]] = Counter()
    holders = defaultdict(list)
    for at, words in enumerate(shingles):
        for shingle in words:
            shared.update((other, at) for other in holders[shingle])
            holders[shingle].append(at)
    alike = [
        pair
        for pair, count in shared.items()
        if documents[pair[0]][0] != documents[pair[1]][0]
        and count > 0.5 * len(shingles[pair[0]] | shingles[pair[1]])
    ]
    assert alike == []


def _shingles(text: str) -> frozenset[str]:
    words = text.casefold().split()
    return frozenset(" ".join(words[at : at + 4]) for at in range(max(1, len(words) - 3)))
