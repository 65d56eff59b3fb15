"""The workspace row and the default team, so that a fresh product works at once."""

from typing import Any

from django.db import migrations

HOURS = {day: [["09:00", "17:00"]] for day in ("sat", "sun", "mon", "tue", "wed")}


def add_defaults(apps: Any, schema_editor: Any) -> None:
    """Adds what is missing; existing rows stay as they are."""
    apps.get_model("accounts", "Workspace").objects.get_or_create(pk=1)
    teams = apps.get_model("accounts", "Team").objects
    if not teams.filter(is_default=True).exists():
        teams.create(name="Support", name_fa="پشتیبانی", is_default=True, hours=HOURS)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(add_defaults, migrations.RunPython.noop)]
