"""People who work here, their teams, their keys, and the workspace itself."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from helpdesk.core import locale
from helpdesk.core.locale import Prefs

LANGUAGES = [("en", "English"), ("fa", "فارسی")]


class Role(models.TextChoices):
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Sign-in ignores the case of an address."""
        return self.get(email__iexact=username)


class Workspace(models.Model):
    """This installation, one row. `set_up_at` is null until the first admin exists."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=120, default="Help desk")
    logo = models.ForeignKey("core.StoredFile", null=True, on_delete=models.SET_NULL)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="en")
    timezone = models.CharField(max_length=64, default="Asia/Tehran")
    currency = models.CharField(max_length=3, default="IRR")
    set_up_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_workspace")]


class Team(models.Model):
    """A group that owns tickets. Hours: {"sat": [["09:00","17:00"]], …}; missing days are closed."""

    name = models.CharField(max_length=80)
    name_fa = models.CharField(max_length=80, blank=True, default="")
    timezone = models.CharField(max_length=64, default="Asia/Tehran")
    hours = models.JSONField(default=dict)
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="team_name"),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_team"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """A day off: of one team, or of all when `team` is null."""

    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField()
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "day"], name="one_holiday_a_day", nulls_distinct=False)]


class User(AbstractBaseUser):
    """A member of staff. `session_epoch` rises when role or password change: older sessions end."""

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.AGENT)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="en")
    # Empty: whichever their language has; a chosen one stays when the language changes.
    calendar = models.CharField(
        max_length=9, choices=[("jalali", "jalali"), ("gregorian", "gregorian")], blank=True, default=""
    )
    timezone = models.CharField(max_length=64, default="Asia/Tehran")
    theme = models.CharField(
        max_length=6, choices=[("auto", "auto"), ("light", "light"), ("dark", "dark")], default="auto"
    )
    density = models.CharField(
        max_length=11, choices=[("compact", "compact"), ("comfortable", "comfortable")], default="compact"
    )
    shortcuts = models.BooleanField(default=True)
    session_epoch = models.PositiveIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    teams = models.ManyToManyField(Team, through="Membership", related_name="people")

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def prefs(self) -> Prefs:
        """How this person reads dates and numbers."""
        return Prefs(self.language, self.calendar or locale.default(self.language).calendar, self.timezone)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permissions are not used; the policy decides (accounts/rules/policy.py)."""
        return False


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "team"], name="one_membership")]


class Availability(models.Model):
    """Whether somebody takes live chats now, and how many at once. No row: away. `until`: then available again.

    `seen_at` is when a page of theirs last spoke to us; who is not seen gets nothing offered.
    """

    class State(models.TextChoices):
        AVAILABLE = "available"
        FOCUS = "focus"
        AWAY = "away"

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="availability")
    state = models.CharField(max_length=9, choices=State.choices, default=State.AWAY)
    until = models.DateTimeField(null=True)
    capacity = models.PositiveSmallIntegerField(default=3)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(capacity__range=(1, 20)), name="capacity_one_to_20"),
            models.CheckConstraint(
                condition=~models.Q(state="available") | models.Q(until__isnull=True), name="only_absence_ends"
            ),
        ]


class ApiKey(models.Model):
    """A key to the REST API; only its SHA-256 is kept. Scope `*` = all that the user's role may."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=80, blank=True, default="")
    prefix = models.CharField(max_length=16)
    hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class AccountToken(models.Model):
    """A single-use link: an invitation or a password reset. Only its SHA-256 is kept."""

    kind = models.CharField(max_length=8, choices=[("invite", "invite"), ("reset", "reset")])
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="tokens")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.AGENT)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL)
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
