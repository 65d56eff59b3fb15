from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_what_becomes_of_a_copy")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="confirmed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
