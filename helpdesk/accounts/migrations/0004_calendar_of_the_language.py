"""Whoever has the calendar of their language has chosen none."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q


def forget_the_usual(apps: Any, editor: Any) -> None:
    usual = Q(language="fa", calendar="jalali") | (~Q(language="fa") & Q(calendar="gregorian"))
    apps.get_model("accounts", "User").objects.filter(usual).update(calendar="")


def name_it(apps: Any, editor: Any) -> None:
    rows = apps.get_model("accounts", "User").objects.filter(calendar="")
    rows.filter(language="fa").update(calendar="jalali")
    rows.update(calendar="gregorian")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_availability")]

    operations = [
        migrations.AlterField(
            "user",
            "calendar",
            models.CharField(
                blank=True, choices=[("jalali", "jalali"), ("gregorian", "gregorian")], default="", max_length=9
            ),
        ),
        migrations.RunPython(forget_the_usual, name_it),
    ]
