"""A visitor may wish that their chat is mailed to them when it ends."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column, false for the chats that are there."""

    dependencies = [("tickets", "0029_calls")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="wants_transcript",
            field=models.BooleanField(default=False, db_default=False),
        ),
    ]
