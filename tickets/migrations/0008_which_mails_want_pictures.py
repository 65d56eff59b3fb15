"""Mails that came before the column: those with a picture that is neither in the mail nor data. In steps, rerunnable."""

from django.db import migrations

STEP = 5000
FILL = (
    "UPDATE tickets_message SET has_remote = true WHERE id > %s AND id <= %s AND html <> '' AND NOT has_remote"
    r" AND html ~* '<img\M[^<>]*\msrc\s*=\s*[''\"]?\s*(http|//)'"
)


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM tickets_message")
        last = cursor.fetchone()[0]
        for start in range(0, last, STEP):
            cursor.execute(FILL, [start, start + STEP])


class Migration(migrations.Migration):

    dependencies = [("tickets", "0007_what_files_and_pictures_are")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
