from django.db import migrations

FORWARD = """
ALTER TABLE screening_pmtscore ADD CONSTRAINT pmt_score_is_of_facts_that_stay
    FOREIGN KEY (form_id) REFERENCES screening_pmtfacts (form_id) DEFERRABLE INITIALLY DEFERRED;
"""
BACKWARD = "ALTER TABLE screening_pmtscore DROP CONSTRAINT pmt_score_is_of_facts_that_stay;"


class Migration(migrations.Migration):
    """A score hangs on the facts it was computed from. A returned form loses its facts: a scored one cannot be."""

    dependencies = [("screening", "0005_score_without_touching_forms")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
