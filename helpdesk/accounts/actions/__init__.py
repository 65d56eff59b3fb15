"""The only place that changes people, teams, keys and the workspace."""

from helpdesk.accounts.actions.availability import feel, set_availability, set_capacity
from helpdesk.accounts.actions.keys import create_key, note_use, revoke_key
from helpdesk.accounts.actions.links import accept_invitation, ask_reset, invite, reset_password, withdraw_invitation
from helpdesk.accounts.actions.sessions import end_session, sign_in
from helpdesk.accounts.actions.teams import (
    OFFICE_HOURS,
    add_holiday,
    add_public_holidays,
    change_team,
    create_team,
    ensure_default_team,
    remove_holiday,
)
from helpdesk.accounts.actions.users import (
    change_password,
    change_preferences,
    change_role,
    change_user,
    create_user,
    deactivate,
    reactivate,
    set_password,
    set_teams,
)
from helpdesk.accounts.actions.workspace import change_workspace, ensure_defaults, mark_demo, set_up

__all__ = [
    "OFFICE_HOURS",
    "accept_invitation",
    "add_holiday",
    "add_public_holidays",
    "ask_reset",
    "change_password",
    "change_preferences",
    "change_role",
    "change_team",
    "change_user",
    "change_workspace",
    "create_key",
    "create_team",
    "create_user",
    "deactivate",
    "end_session",
    "ensure_default_team",
    "ensure_defaults",
    "feel",
    "invite",
    "mark_demo",
    "note_use",
    "reactivate",
    "remove_holiday",
    "reset_password",
    "revoke_key",
    "set_availability",
    "set_capacity",
    "set_password",
    "set_teams",
    "set_up",
    "sign_in",
    "withdraw_invitation",
]
