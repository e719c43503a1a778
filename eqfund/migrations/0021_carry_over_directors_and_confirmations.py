from django.db import migrations

DIRECTORS = """
INSERT INTO eqfund_directorship (
    school_id, full_name, capacity, starts_on, end_reason, note, posting_id, recorded_at)
SELECT s.id, trim(s.director_name), coalesce(p.capacity, 'in_post'),
       coalesce(p.starts_on, s.profile_confirmed_at::date, current_date), '', '', p.id, now()
  FROM eqfund_school s
  LEFT JOIN LATERAL (
        SELECT p.* FROM eqfund_posting p JOIN eqfund_user u ON u.id = p.user_id
         WHERE p.path = s.path AND p.role = 'school_director' AND p.ends_on IS NULL
           AND u.full_name = trim(s.director_name)
         ORDER BY p.starts_on LIMIT 1) p ON true
 WHERE trim(s.director_name) <> ''
"""

# Each confirmation belongs to the term that had opened by then; the book says who gave it.
CONFIRMATIONS = """
INSERT INTO eqfund_profileconfirmation (school_id, term_id, by_id, at, digest, facts)
SELECT s.id, t.id, e.actor_id, s.profile_confirmed_at, '', '{}'
  FROM eqfund_school s
 CROSS JOIN LATERAL (
        SELECT t.id FROM eqfund_term t
         WHERE t.opens_on <= (s.profile_confirmed_at AT TIME ZONE 'Asia/Bangkok')::date
         ORDER BY t.opens_on DESC LIMIT 1) t
  LEFT JOIN LATERAL (
        SELECT u.id AS actor_id FROM eqfund_event e JOIN eqfund_user u ON u.id = e.actor_id
         WHERE e.object_label = 'eqfund.School' AND e.verb = 'registry.confirm_profile' AND e.object_id = s.id::text
         ORDER BY e.id DESC LIMIT 1) e ON true
 WHERE s.profile_confirmed_at IS NOT NULL
"""


class Migration(migrations.Migration):
    """Directors and confirmations that stood in columns of the school become rows; the columns stay a release."""

    dependencies = [("eqfund", "0020_confirmations_are_only_voided")]
    operations = [
        migrations.RunSQL(DIRECTORS, "DELETE FROM eqfund_directorship"),
        migrations.RunSQL(
            CONFIRMATIONS,
            "ALTER TABLE eqfund_profileconfirmation DISABLE TRIGGER USER; DELETE FROM eqfund_profileconfirmation; ALTER TABLE eqfund_profileconfirmation ENABLE TRIGGER USER",
        ),
    ]
