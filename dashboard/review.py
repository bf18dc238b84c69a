"""The review of one candidate: the form that appends a judgement, and what was judged before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from baken import cases
from baken.dashboard.desk import say
from baken.dashboard.inert import markdown
from baken.dashboard.pieces import heading, moment, table
from baken.errors import BakenError
from baken.model import CampaignStatus, Judgement
from baken.store.project import Project

STATUSES = (
    CampaignStatus.IN_REVIEW,
    CampaignStatus.CONFIRMED,
    CampaignStatus.DISMISSED,
    CampaignStatus.INSUFFICIENT,
)
MAX_CHARS = 5_000
_FLASH = "review:flash"


def review_part(project: Project, row: Mapping[str, Any]) -> None:
    """Draw the form and the history of judgements."""
    heading(
        "Review",
        "A judgement is appended and never overwritten. A confirmation names an innocent "
        "explanation that was considered and why it fails, a likelihood and a confidence.",
    )
    if message := st.session_state.pop(_FLASH, None):
        st.success(markdown(message))
    campaign_id = str(row["campaign_id"])
    judgement = _form(campaign_id)
    if judgement is not None:
        try:
            cases.review(project, judgement)
        except BakenError as error:
            st.error(markdown(in_words(error)))
        else:
            st.session_state[_turn(campaign_id)] = st.session_state.get(_turn(campaign_id), 0) + 1
            st.session_state[_FLASH] = f"{say('Recorded')}: {say(str(judgement.status))}"
            st.rerun()
    _history(row)


def in_words(error: BakenError) -> str:
    """The message of an error without the options of the command line."""
    plain = re.sub(r"--([a-z]+)( TEXT)?", r"\1", str(error))
    return plain.replace("a reason: reason", "a reason").replace("reviewer: role", "reviewer")


def _turn(campaign_id: str) -> str:
    return f"review:turn:{campaign_id}"


def _form(campaign_id: str) -> Judgement | None:
    # Words written about one candidate must never be left in the form of another, or of the next
    # judgement; what was refused stays.
    mine = f"{campaign_id}:{st.session_state.get(_turn(campaign_id), 0)}"
    with st.form(f"review:{mine}"):
        first, second, third, fourth = st.columns(4)
        status = first.selectbox(
            say("Decision"), STATUSES, format_func=lambda name: say(str(name)), key=f"status:{mine}"
        )
        role = second.text_input(
            say("Your role, not your name"), value="analyst", key=f"role:{mine}"
        )
        likelihood = third.selectbox(
            say("Likelihood"),
            [None, *cases.LIKELIHOODS],
            format_func=_or_none,
            key=f"likelihood:{mine}",
        )
        confidence = fourth.selectbox(
            say("Confidence"),
            [None, *cases.CONFIDENCES],
            format_func=_or_none,
            key=f"confidence:{mine}",
        )
        reason = st.text_area(say("Reason"), key=f"reason:{mine}", max_chars=MAX_CHARS, height=80)
        alternative = st.text_area(
            say("Innocent explanation considered, and why it fails"),
            key=f"alternative:{mine}",
            max_chars=MAX_CHARS,
            height=80,
        )
        if not st.form_submit_button(say("Record this judgement"), type="primary", key="submit"):
            return None
    return Judgement(
        campaign_id=campaign_id,
        status=status or CampaignStatus.IN_REVIEW,
        reviewer_role=role,
        reason=reason,
        alternative=alternative.strip() or None,
        likelihood=likelihood,
        confidence=confidence,
    )


def _or_none(value: str | None) -> str:
    return say("not stated") if value is None else value


def _history(row: Mapping[str, Any]) -> None:
    st.markdown(f"**{say('Judgements so far')}**")
    if not row["judgements"]:
        st.caption(say("None: this is a candidate until a person decides."))
        return
    table(
        [
            {
                "at": moment(entry["at"]),
                "decision": say(str(entry["status"])),
                "role": entry["role"],
                "reason": entry["reason"],
                "innocent explanation": entry["alternative"] or "",
                "likelihood": entry["likelihood"] or "",
                "confidence": entry["confidence"] or "",
            }
            for entry in row["judgements"]
        ]
    )
