from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0012_providers_events'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='reply_to',
            field=models.CharField(blank=True, default='', max_length=254),
        ),
    ]
