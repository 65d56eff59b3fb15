from django.db import migrations


class Migration(migrations.Migration):
    """Lines of the history that tell what we said learn that we did."""

    dependencies = [
        ("tickets", "0021_ended_devices"),
        ("customers", "0009_ours"),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE customers_timelineentry e SET ours = true FROM tickets_message m"
            " WHERE e.kind IN ('message', 'note') AND e.link_id = m.id AND m.kind <> 'in'",
            migrations.RunSQL.noop,
        ),
    ]
