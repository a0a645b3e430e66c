"""Links into the guide."""

SEPARATOR = " · "


def pages(guide: str) -> str:
    """`guide` is its address."""
    titles = {"owners": "for owners", "approvers": "for approvers", "admins": "for admins"}
    return f"<{guide}|Guide>: {SEPARATOR.join(f'<{guide}/{page}|{title}>' for page, title in titles.items())}"


def more(guide: str, section: str) -> str:
    """`section` is a page and an anchor."""
    return f"<{guide}/{section}|More about this in the guide>"
