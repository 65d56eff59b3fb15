from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0019_who_reads"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mention", "mention"),
                    ("assignment", "assignment"),
                    ("failed", "failed"),
                    ("chat_back", "chat_back"),
                ],
                max_length=10,
            ),
        ),
    ]
