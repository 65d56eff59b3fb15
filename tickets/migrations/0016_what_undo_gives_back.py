"""What sending an answer changed in its ticket, so that undo gives exactly that back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0015_ended_chats")]

    operations = [migrations.AddField("message", "undoes", models.JSONField(null=True))]
