"""What somebody allowed, and who looked at them, is never rewritten: the database refuses it, whatever role connects.

Whose it is may change (two people are joined or parted), and it goes with the person or with its age.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION customers_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - 'customer_id' - 'came_by' IS DISTINCT FROM to_jsonb(OLD) - 'customer_id' - 'came_by' THEN
    RAISE EXCEPTION 'this ledger is append-only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE ON customers_consent
  FOR EACH ROW EXECUTE FUNCTION customers_refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE ON customers_look
  FOR EACH ROW EXECUTE FUNCTION customers_refuse_rewriting();
"""
BACK = """
DROP TRIGGER append_only ON customers_consent;
DROP TRIGGER append_only ON customers_look;
DROP FUNCTION customers_refuse_rewriting();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_consent")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
