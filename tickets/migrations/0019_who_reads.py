from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0018_moves_by_handle"),
    ]

    operations = [
        migrations.AddField(
            model_name="rawinbound",
            name="reader_pid",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="rawinbound",
            name="reader_since",
            field=models.DateTimeField(null=True),
        ),
    ]
