"""Public holidays of Iran, to be offered to an admin; what a team keeps is its own data (decision D10)."""

from dataclasses import dataclass
from datetime import date

import holidays

from helpdesk.core.rules.dates import from_parts


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A day off by law. Lunar ones are forecasts until the year's calendar is published."""

    day: date
    name: str
    name_fa: str


def iran_holidays(jalali_year: int) -> list[PublicHoliday]:
    """The days off of one Jalali year (1405, not 2026), in order."""
    first, after = from_parts(jalali_year, 1, 1, "jalali"), from_parts(jalali_year + 1, 1, 1, "jalali")
    years = [first.year, after.year]
    english = holidays.country_holidays("IR", years=years, language="en_US")
    persian = holidays.country_holidays("IR", years=years, language="fa_IR")
    days = sorted(day for day in english if first <= day < after)
    return [PublicHoliday(day, english[day], persian.get(day, english[day])) for day in days]
