"""The router of the dashboard: five pages over one project, named by BAKEN_PROJECT."""

from __future__ import annotations

import numpy as np
import streamlit as st
from PIL import Image

from baken.dashboard.desk import open_project, say
from baken.dashboard.inert import markdown
from baken.errors import BakenError

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
    try:
        project = open_project()
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
    st.caption(f"baken · {markdown(project.config.project.name, width=60)}")
    page.run()


if __name__ == "__main__":
    main()
