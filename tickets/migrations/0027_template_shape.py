from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0026_voices")]

    operations = [
        migrations.AddField(
            model_name="template",
            name="shape",
            field=models.JSONField(default=dict),
        ),
    ]
