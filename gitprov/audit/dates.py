"""Dates as people type them."""

import re
from datetime import UTC, datetime

from gitprov.errors import catalogue as codes

DAY_BEGINS, DAY_ENDS = "00:00:00", "23:59:59"
_date = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?)?").fullmatch


def read_date(text: str, option: str, time_of_day: str = DAY_ENDS) -> str | None:
    """Returns a day or a time as RFC 3339 UTC, or None when the text is written like neither.

    Args:
        text: As typed; a time is UTC where it has no zone.
        option: Which option it was given to.
        time_of_day: What a day without a time stands for.

    Raises:
        GitprovError: GP-USE-001 when there is no such day.
    """
    found = _date(text)
    if found is None:
        return None
    day, time, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time or time_of_day}{zone or 'Z'}")
    except ValueError as error:
        raise codes.USE_ARGUMENT.error(f"{text} is no date", why=str(error), fix=f"{option} 2026-11-21") from None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def date_given(text: str | None, option: str, time_of_day: str = DAY_ENDS) -> str | None:
    """Returns what `read_date` does; None only when nothing was given.

    Raises:
        GitprovError: GP-USE-001 when it is no date.
    """
    found = read_date(text, option, time_of_day) if text is not None else None
    if text is not None and found is None:
        raise codes.USE_ARGUMENT.error(f"{text} is no date", fix=f"{option} 2026-11-21")
    return found
