"""Have the planner look at a table again, which else only its owner may; whoever acts in the database is not that."""

from django.db import migrations

TAKE = """
CREATE FUNCTION take_statistics(about regclass) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('ANALYZE %s', about);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_only_grows")]
    operations = [migrations.RunSQL(TAKE, "DROP FUNCTION take_statistics")]
