from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0027_template_shape")]

    operations = [
        migrations.AddField(
            model_name="peer",
            name="public_at",
            field=models.DateTimeField(null=True),
        ),
    ]
