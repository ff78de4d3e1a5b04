from django.db import migrations

from portal.lib.rls import common_tables, tenant_table

WRITE = "SELECT, INSERT, UPDATE"
APPEND = "SELECT, INSERT"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_ledger"), ("merchants", "0002_tenants")]

    operations = [
        tenant_table("campaigns_note", web=WRITE, night=WRITE),
        tenant_table("campaigns_link", web=WRITE, night=WRITE, admin=WRITE),
        tenant_table("campaigns_linkevent", web=APPEND, night=APPEND, admin=APPEND),
        tenant_table("campaigns_click", night=APPEND),
        tenant_table("campaigns_syncwindow", web=APPEND, night=WRITE, admin=WRITE),
        tenant_table("campaigns_pulledpage", night=f"{APPEND}, UPDATE (changed, refused)"),
        tenant_table("campaigns_quarantinedrow", night=APPEND),
        tenant_table("campaigns_noteday", night="SELECT, INSERT, UPDATE"),
        common_tables(["campaigns_heartbeat"], "SELECT, INSERT, UPDATE"),
    ]
