from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A school's last account stands once; the list reads it by state."""

    dependencies = [("payments", "0016_the_newest_account_is_the_last")]

    operations = [
        migrations.AddIndex(
            model_name="schoolbankaccount",
            index=models.Index(
                name="account_last_by_status", fields=["status", "id"], condition=Q(is_last=True)
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolbankaccount",
            constraint=models.UniqueConstraint(
                name="account_one_last_per_school", fields=["school"], condition=Q(is_last=True)
            ),
        ),
    ]
