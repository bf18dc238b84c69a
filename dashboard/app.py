"""The router of the dashboard: five pages over one project, named by BAKEN_PROJECT."""

from __future__ import annotations

import numpy as np
import streamlit as st
from PIL import Image

from baken.dashboard.desk import open_project, say
from baken.dashboard.inert import markdown
from baken.errors import BakenError

LOGO = """\
<svg xmlns="http://www.w3.org/2000/svg" width="132" height="40" viewBox="0 0 132 40">
<circle cx="20" cy="20" r="13" fill="none" stroke="#1f6073" stroke-width="3.6"/>
<circle cx="20" cy="20" r="5.6" fill="#c8842f"/>
<text x="43" y="28" font-family="sans-serif" font-size="25" font-weight="600"
 fill="#1b2530">baken</text>
</svg>"""
PAGES = (
    ("overview", "Overview", ":material/visibility:"),
    ("narratives", "Narratives", ":material/forum:"),
    ("campaigns", "Campaigns", ":material/hub:"),
    ("campaign", "Campaign", ":material/fact_check:"),
    ("sources", "Sources", ":material/rss_feed:"),
)


def beacon() -> Image.Image:
    """The icon of the browser tab, drawn here because an emoji would be fetched from elsewhere."""
    across, down = np.meshgrid(np.arange(32), np.arange(32))
    radius = np.hypot(across - 15.5, down - 15.5)
    icon = np.full((32, 32, 3), 255, np.uint8)
    icon[(radius < 15) & (radius > 11.5)] = (31, 96, 115)
    icon[radius < 6] = (200, 132, 47)
    return Image.fromarray(icon)


def main() -> None:
    """Draw the navigation and the chosen page."""
    st.set_page_config(page_title="baken", page_icon=beacon(), layout="wide")
    st.logo(LOGO, size="large")
    try:
        open_project()
    except BakenError as error:
        st.error(markdown(error))
        return
    page = st.navigation(
        [
            st.Page(
                f"views/{name}.py",
                title=say(title),
                icon=icon,
                url_path=name,
                default=name == "overview",
            )
            for name, title, icon in PAGES
        ],
        position="top",
    )
    page.run()


if __name__ == "__main__":
    main()
