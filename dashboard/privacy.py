"""Who may be shown: outlets by name, persons as pseudonyms, small groups of them as a count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from baken.dashboard.inert import one_line

PERSON = "person:"
SOMEBODY = "a person"
# As many as tell the persons of one case apart by chance; a case lengthens them where needed.
SHOWN_DIGITS = 8


def is_person(account_id: object) -> bool:
    """Whether an account is the pseudonym of a person."""
    return str(account_id).startswith(PERSON)


@dataclass(frozen=True, slots=True)
class Cast:
    """The accounts of one case and how each may be shown.

    `withheld` is true where the persons among them are fewer than the smallest group that may be
    listed; of these only the number is shown, and none of their posts.
    """

    accounts: tuple[str, ...]
    persons: int
    withheld: bool
    digits: int = SHOWN_DIGITS

    def hidden(self, account_id: object) -> bool:
        """Whether nothing of this account may be shown."""
        return self.withheld and is_person(account_id)

    def label(self, account_id: object) -> str:
        """The name of an account on the screen."""
        if self.hidden(account_id):
            return SOMEBODY
        return short_name(account_id, digits=self.digits)

    @property
    def listed(self) -> tuple[str, ...]:
        """The accounts that may be listed one by one."""
        return tuple(name for name in self.accounts if not self.hidden(name))


def cast(accounts: Iterable[str | None], *, min_group: int) -> Cast:
    """The cast of a case; `min_group` is the smallest number of persons that may be listed."""
    known = tuple(sorted({name for name in accounts if name}))
    persons = [name for name in known if is_person(name)]
    digits = SHOWN_DIGITS
    while len({short_name(name, digits=digits) for name in persons}) < len(persons):
        digits += 4
    return Cast(known, len(persons), withheld=0 < len(persons) < min_group, digits=digits)


def short_name(account_id: object, *, digits: int = SHOWN_DIGITS) -> str:
    """The host of an outlet, a channel's name, or the first digits of a pseudonym."""
    name = str(account_id or "")
    if is_person(name):
        return one_line(name[: len(PERSON) + digits])
    return one_line(name.removeprefix("web:"), width=60)
