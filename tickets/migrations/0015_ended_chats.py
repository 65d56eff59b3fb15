"""An agent's ended chats, the newest first: the list beside their live ones."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("tickets", "0014_live_chat")]

    operations = [
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["agent", "-ended_at"], condition=Q(state="ended"), name="chat_ended"),
        ),
    ]
