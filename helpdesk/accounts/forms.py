"""The forms of the account pages: they check shape; actions check meaning."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts import access
from helpdesk.accounts.actions.common import timezones
from helpdesk.accounts.actions.workspace import CURRENCIES, LOGO_BYTES
from helpdesk.accounts.models import LANGUAGES, Team, User
from helpdesk.accounts.rules.policy import ALL_SCOPES, SCOPES
from helpdesk.core import locale
from helpdesk.core.errors import Invalid
from helpdesk.core.hours import DAY_NAMES, Hours, read_hours, read_time
from helpdesk.core.rules.dates import from_parts
from helpdesk.core.rules.digits import digits_to_ascii, digits_to_persian
from helpdesk.core.rules.week import DAYS

ROLES = [("agent", _("Agent")), ("lead", _("Lead")), ("admin", _("Administrator"))]
CALENDARS = [("", _("As my language has it")), ("jalali", _("Jalali (Solar Hijri)")), ("gregorian", _("Gregorian"))]
THEMES = [("auto", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))]
DENSITIES = [("compact", _("Compact")), ("comfortable", _("Comfortable"))]
SCOPE_WORDS = [
    (ALL_SCOPES, _("Everything that the person's role may")),
    ("tickets:read", _("Read tickets")),
    ("tickets:write", _("Write tickets: create, answer, change")),
    ("customers:read", _("Read customers")),
    ("customers:write", _("Write customers")),
    ("events:write", _("Tell what customers do and buy")),
    ("search:read", _("Search")),
    ("import", _("Bring in past data with past times")),
    ("admin", _("Administer")),
]
assert {scope for scope, _word in SCOPE_WORDS} == {*SCOPES, ALL_SCOPES}


def _password(autocomplete: str, label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "dir": "ltr"})
    return forms.CharField(label=label, max_length=256, strip=False, widget=widget, help_text=help_text)


def _new_password() -> forms.CharField:
    return _password("new-password", _("Password"), _("At least 10 characters, and not a common word."))


def _email() -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "username", "dir": "ltr"})
    return forms.EmailField(label=_("E-mail address"), max_length=254, widget=widget)


def _name() -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"})
    return forms.CharField(label=_("Your name"), max_length=120, widget=widget)


def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in timezones()]


def _timezone() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Time zone"), choices=_zones, initial="Asia/Tehran")


def _language() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


def _currency() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES], initial="IRR")


class Form(forms.Form):
    """A form that also remembers the status of a refusal."""

    refusal = 422

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # The summary on top shows only the message, so it names its field.
            field.error_messages["required"] = gettext("“%(label)s” is required.") % {"label": field.label}

    @property
    def status(self) -> int:
        """What the page with this form answers."""
        return self.refusal if self.errors else 200


class LogoForm(Form):
    """Anything with a logo to choose."""

    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG or WebP, at most 512 KB."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    def logo_bytes(self) -> bytes | None:
        """The chosen picture; None when none was chosen."""
        chosen = self.cleaned_data.get("logo")
        return chosen.read(LOGO_BYTES + 1) if isinstance(chosen, UploadedFile) else None


class SignInForm(Form):
    email = _email()
    password = _password("current-password", _("Password"))


class SetUpForm(LogoForm):
    code = forms.CharField(
        label=_("Set-up code"),
        max_length=64,
        required=False,
        help_text=_("The server printed it at the start; it is also in the file setup_code of the data folder."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    workspace_name = forms.CharField(
        label=_("Name of your help desk"),
        max_length=120,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("Customers see it, for example in mails."),
    )
    language = _language()
    timezone = _timezone()
    currency = _currency()
    name = _name()
    email = _email()
    password = _new_password()


class JoinForm(Form):
    name = _name()
    password = _new_password()


class ResetAskForm(Form):
    email = _email()


class ResetForm(Form):
    password = _new_password()


class LanguageForm(Form):
    language = _language()


class PreferencesForm(Form):
    name = _name()
    language = _language()
    calendar = forms.ChoiceField(label=_("Calendar"), choices=CALENDARS, required=False)
    timezone = _timezone()
    theme = forms.ChoiceField(label=_("Appearance"), choices=THEMES)
    density = forms.ChoiceField(label=_("Density"), choices=DENSITIES)
    shortcuts = forms.BooleanField(label=_("Single-key shortcuts"), required=False)


class PasswordForm(Form):
    current = _password("current-password", _("Present password"))
    password = _password("new-password", _("New password"), _("At least 10 characters. You stay signed in only here."))


class KeyForm(Form):
    label = forms.CharField(
        label=_("What is it for?"), max_length=80, widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        choices=SCOPE_WORDS,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than the role of its person allows."),
    )


class AdminKeyForm(KeyForm):
    user = forms.ModelChoiceField(label=_("Acts for"), queryset=User.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = access.colleagues()  # type: ignore[attr-defined]  # a ModelChoiceField


def team_word(team: Team) -> str:
    """The team's name in the reader's language."""
    return team.name_fa if team.name_fa and get_language() == "fa" else team.name


class TeamChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Team) -> str:
        """What one reads in the list."""
        return team_word(obj)


class TeamChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Team) -> str:
        """What one reads beside the box."""
        return team_word(obj)


class InviteForm(Form):
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    team = TeamChoice(label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("No team"))
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = access.team_list()  # type: ignore[attr-defined]  # a ModelChoiceField


class UserForm(Form):
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"}))
    role = forms.ChoiceField(
        label=_("Role"), choices=ROLES, help_text=_("Another role ends this person's open sessions.")
    )
    teams = TeamChoices(
        label=_("Teams"),
        queryset=Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Agents and leads see the tickets of their teams."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"].queryset = access.team_list()  # type: ignore[attr-defined]  # a ModelChoiceField


class DeactivateForm(Form):
    hand_over_to = forms.ModelChoiceField(
        label=_("Hand open tickets over to"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody: back to their teams"),
    )

    def __init__(self, *args: Any, leaving: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = access.colleagues().exclude(pk=leaving.pk)
        self.fields["hand_over_to"].queryset = others  # type: ignore[attr-defined]  # a ModelChoiceField


class ClockField(forms.CharField):
    """A time of day on 24 hours, in any digits; `9:00` is 09:00. Text, because browsers show their own clock."""

    def __init__(self, label: str) -> None:
        attrs = {"class": "input clock", "dir": "ltr", "inputmode": "numeric", "autocomplete": "off", "size": "5"}
        widget = forms.TextInput(attrs={**attrs, "aria-label": label})
        super().__init__(required=False, label=label, max_length=5, widget=widget)

    def prepare_value(self, value: Any) -> Any:
        """As the reader writes digits."""
        return digits_to_persian(str(value)) if value and locale.current().persian else value

    def to_python(self, value: Any) -> str:
        """ASCII digits, two of them for the hour."""
        text = str(super().to_python(value) or "")
        try:
            return read_time(text, "time") if text else ""
        except Invalid as error:
            raise forms.ValidationError(error.errors["time"]) from error


class TeamForm(Form):
    """A team with one opening time per weekday; both fields empty: closed."""

    name = forms.CharField(label=_("Name in English"), max_length=80, widget=forms.TextInput(attrs={"dir": "auto"}))
    name_fa = forms.CharField(
        label=_("Name in Persian"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "lang": "fa"}),
    )
    timezone = _timezone()
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sides = (("from", gettext("%(day)s, opens at")), ("to", gettext("%(day)s, closes at")))
        for day, word in DAY_NAMES.items():
            for part, label in sides:
                self.fields[f"{day}_{part}"] = ClockField(label % {"day": word})

    def days(self) -> Iterator[tuple[Any, BoundField, BoundField]]:
        """Weekday, opening field, closing field; Saturday first."""
        for day in DAYS:
            yield DAY_NAMES[day], self[f"{day}_from"], self[f"{day}_to"]

    def clean(self) -> dict[str, Any] | None:
        """A day needs both times, the opening one first."""
        for day in DAYS:
            ends = [self.cleaned_data.get(f"{day}_{part}") for part in ("from", "to")]
            if any(ends):
                try:
                    read_hours({day: [ends]})
                except Invalid:
                    self.add_error(f"{day}_from", _("The opening time must come before the closing time."))
        return self.cleaned_data

    def week(self, kept: Hours | None = None) -> Hours:
        """The hours as the team keeps them; a day of `kept` whose ends stay as they were keeps its breaks."""
        ends = {day: [self.cleaned_data[f"{day}_from"], self.cleaned_data[f"{day}_to"]] for day in DAYS}
        week = {day: [span] for day, span in ends.items() if all(span)}
        same = {day: old for day, old in (kept or {}).items() if old and ends[day] == [old[0][0], old[-1][1]]}
        return week | same

    @staticmethod
    def initial_for(team: Team) -> dict[str, Any]:
        """What the form of this team begins with."""
        values: dict[str, Any] = {
            "name": team.name,
            "name_fa": team.name_fa,
            "timezone": team.timezone,
            "is_active": team.is_active,
        }
        for day, spans in team.hours.items():
            if spans:
                values[f"{day}_from"], values[f"{day}_to"] = spans[0][0], spans[-1][1]
        return values


class HolidayForm(Form):
    day = forms.CharField(
        label=_("Day"),
        max_length=20,
        help_text=_("In your calendar, for example 1405/01/13 or 2026-04-02."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "inputmode": "numeric"}),
    )
    title = forms.CharField(label=_("Name of the day"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"}))
    everyone = forms.BooleanField(label=_("A day off for all teams"), required=False)

    def clean_day(self) -> date:
        """Any digits, any separator; a year before 1700 is Jalali."""
        parts = digits_to_ascii(self.cleaned_data["day"]).replace("/", "-").replace(".", "-").split("-")
        try:
            year, month, number = (int(part) for part in parts)
            return from_parts(year, month, number, "jalali" if year < 1700 else "gregorian")
        except ValueError as error:
            raise forms.ValidationError(_("Write a day such as %(example)s.") % {"example": _example()}) from error


def _example() -> str:
    return "1405/01/13" if locale.current().calendar == "jalali" else "2026-04-02"


class WorkspaceForm(LogoForm):
    name = forms.CharField(
        label=_("Name of your help desk"),
        max_length=120,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("Customers see it, for example in mails."),
    )
    drop_logo = forms.BooleanField(label=_("Take the present logo away"), required=False)
    language = _language()
    timezone = _timezone()
    currency = _currency()
