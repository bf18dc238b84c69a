"""A report on candidates for people: ABCDE, the tested statement, the posts, the caveats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from baken.export.blocks import Block, Bullets, Grid, Heading, Paragraph, as_html, as_markdown
from baken.export.context import ExportContext
from baken.export.disclosure import Disclosed, is_person

MAX_EDGES = 60
MAX_POSTS = 100
CAVEATS = (
    "A flag is a question. The accounts here were in step more than chance explains; this says "
    "nothing about who is behind them, what they know, or whether what they wrote is so.",
    "The four judgements stand apart and are never added up.",
    "First seen means first seen by this installation, with the coverage stated.",
    "An explanation that is unknown was neither ruled in nor ruled out.",
    "Techniques are suggested by signals and assigned by nobody.",
    "Handles and mail addresses in texts are masked; the addresses of persons' posts are left out.",
)


def html_report(cases: Sequence[Disclosed], context: ExportContext) -> bytes:
    """The report as one page that needs nothing else."""
    return as_html(f"{context.project}: candidate campaigns", _report(cases, context))


def markdown_report(cases: Sequence[Disclosed], context: ExportContext) -> bytes:
    """The report in Markdown."""
    return as_markdown(_report(cases, context))


def _report(cases: Sequence[Disclosed], context: ExportContext) -> list[Block]:
    at = f"{context.exported_at:%Y-%m-%d %H:%M} UTC"
    intro: list[Block] = [
        Paragraph(f"TLP:{context.tlp.upper()}. Exported {at} from {context.project}.", strong=True),
        Paragraph(
            f"For: {context.recipient or 'not stated'}. Why: {context.purpose or 'not stated'}."
        ),
    ]
    if not cases:
        intro.append(Paragraph("No candidates."))
    return intro + [block for case in cases for block in _case(case, context)]


def _case(case: Disclosed, context: ExportContext) -> list[Block]:
    queue = "in the review queue" if case["queue"] else "not in the review queue"
    return [
        Heading(1, f"{case['name'] or case.campaign_id}"),
        Paragraph(f"{case.campaign_id}. Status: {case['status']}, {queue}: {case['queue_reason']}"),
        Paragraph(f"{case['statement'] or 'No tested statement.'}", strong=True),
        *_actor(case, context),
        *_behaviour(case),
        *_content(case, context),
        *_degree(case),
        Heading(2, "Effect"),
        Paragraph("Not measured. What came of it is for a person to establish and write here."),
        *_explanations(case),
        *_judgements(case),
        Heading(2, "Read this with care"),
        Bullets(CAVEATS),
        Paragraph(f"Coverage: {case['coverage'] or 'not recorded'}."),
    ]


def _actor(case: Disclosed, context: ExportContext) -> list[Block]:
    rows = [
        (member, (context.sources.get(member) or {}).get("tier") or "unclassified")
        for member in case.members
        if not is_person(member)
    ]
    pseudonyms = [member for member in case.members if is_person(member)]
    blocks: list[Block] = [
        Heading(2, "Actor"),
        Paragraph(f"State link: {case['state_link'] or 'none recorded'}"),
        Paragraph(f"{case['accounts']} accounts, {case.persons} of them persons."),
    ]
    if rows:
        blocks.append(Grid(("Outlet or channel", "Exposure tier in the register"), rows))
    if pseudonyms:
        blocks.append(Paragraph(f"Persons, by pseudonym: {', '.join(pseudonyms)}"))
    if case.persons_held_back:
        blocks.append(
            Paragraph(f"Fewer than {context.min_group} persons: they are counted, not listed.")
        )
    return blocks


def _behaviour(case: Disclosed) -> list[Block]:
    head = ("Accounts", "Trace", "Window", "Observed", "By chance", "p", "q")
    rows = [
        (
            f"{edge['left']} and {edge['right']}",
            edge["trace_kind"],
            _window(edge.get("window_s")),
            edge.get("observed"),
            _number(edge.get("expected")),
            _number(edge.get("p_value")),
            _number(edge.get("q_value")),
        )
        for edge in case.edges[:MAX_EDGES]
    ]
    blocks: list[Block] = [
        Heading(2, "Behaviour"),
        Paragraph(f"Coordinated: {case['coordinated'] or 'not stated'}"),
        Paragraph(f"Inauthentic: {case['inauthentic'] or 'not stated'}"),
        Paragraph(f"In step by: {', '.join(case['trace_kinds'] or []) or 'nothing'}"),
    ]
    if rows:
        blocks.append(Grid(head, rows))
    left_out = len(case.edges) - len(rows)
    blocks += _left_out("edges", left_out, case.edges_held_back)
    if case["techniques"]:
        columns = ("technique_id", "name", "signal", "value", "caveat")
        suggested: list[tuple[Any, ...]] = [
            tuple(one.get(name) for name in columns) for one in case["techniques"]
        ]
        titles = ("DISARM", "Technique, suggested", "Signal", "Value", "But")
        blocks.append(Grid(titles, suggested))
    return blocks


def _content(case: Disclosed, context: ExportContext) -> list[Block]:
    labels = [
        f"{narrative}: {(context.narratives.get(narrative) or {}).get('label') or 'no label'}"
        for narrative in case["narrative_ids"] or []
    ]
    rows = [
        (
            _time(post.published_at),
            post.account_id,
            f"{post.title}: {post.excerpt}" if post.title else post.excerpt,
            post.url or "",
            post.doc_id,
        )
        for post in case.posts[:MAX_POSTS]
    ]
    blocks: list[Block] = [
        Heading(2, "Content"),
        Paragraph(f"Languages: {', '.join(case['languages'] or []) or 'not known'}"),
    ]
    if labels:
        blocks += [Paragraph("Candidate narratives:"), Bullets(labels)]
    if rows:
        blocks.append(Grid(("Published (UTC)", "Account", "Text", "Address", "Document"), rows))
    return blocks + _left_out("posts", len(case.posts) - len(rows), case.posts_held_back)


def _degree(case: Disclosed) -> list[Block]:
    seen = f"first {_time(case['first_seen'])}, last {_time(case['last_seen'])}"
    return [
        Heading(2, "Degree"),
        Paragraph(f"Reach: {case['reach'] or 'not stated'}"),
        Paragraph(f"{case['documents']} documents, {case['objects']} objects; {seen}."),
    ]


def _explanations(case: Disclosed) -> list[Block]:
    order = {"ruled-in": 0, "unknown": 1, "ruled-out": 2}
    found = sorted(case["benign"] or [], key=lambda one: order.get(one["verdict"], 1))
    rows = [(one["class"], one["verdict"], one["evidence"]) for one in found]
    if not rows:
        return [Heading(2, "Innocent explanations"), Paragraph("None was tested.")]
    head = ("Explanation", "Verdict", "Evidence")
    return [Heading(2, "Innocent explanations"), Grid(head, rows)]


def _judgements(case: Disclosed) -> list[Block]:
    columns = ("at", "role", "status", "reason", "alternative", "likelihood", "confidence")
    rows = [
        tuple(_time(one[name]) if name == "at" else one.get(name) for name in columns)
        for one in case["judgements"] or []
    ]
    if not rows:
        return [Heading(2, "Decisions"), Paragraph("No person has decided yet.")]
    return [Heading(2, "Decisions"), Grid(columns, rows)]


def _left_out(what: str, too_many: int, held_back: int) -> list[Block]:
    reasons = ((too_many, "left out for length"), (held_back, "held back to protect persons"))
    return [Paragraph(f"{count} {what} {why}.") for count, why in reasons if count]


def _time(value: Any) -> str:
    return "unknown" if value is None else f"{value:%Y-%m-%d %H:%M}"


def _number(value: Any) -> str:
    return "" if value is None else f"{value:.2g}"


def _window(seconds: Any) -> str:
    if not seconds:
        return "any time"
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds % unit == 0:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"
