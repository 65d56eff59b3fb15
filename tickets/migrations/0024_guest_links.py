from django.db import migrations, models


class Migration(migrations.Migration):
    """Guest links can be ended before their time; those that are out there stay good until then."""

    dependencies = [
        ("tickets", "0023_message_age"),
    ]

    operations = [
        migrations.AddField(
            model_name="participant",
            name="links",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
