import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0020_chat_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="visitor",
            name="ended",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=22), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="visitor",
            name="greeted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="visitor",
            name="waved_at",
            field=models.DateTimeField(null=True),
        ),
    ]
