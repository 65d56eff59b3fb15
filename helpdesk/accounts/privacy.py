"""What accounts keeps of customers: nothing. All of it is about the people who work here."""

from helpdesk.core.privacy import Area

AREA = Area(
    free={
        "accounts.workspace": "the workspace",
        "accounts.team": "a team",
        "accounts.holiday": "a day off",
        "accounts.user": "who works here",
        "accounts.membership": "which team somebody works in",
        "accounts.availability": "who works now",
        "accounts.apikey": "a key of somebody who works here",
        "accounts.accounttoken": "an invitation to work here",
    }
)
