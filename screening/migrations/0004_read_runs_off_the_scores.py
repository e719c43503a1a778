from django.db import migrations

# One run for each term, model and moment of scoring; apart, what of it has been announced.
# An announcement took all that was scored before it, so the first one since is the one.
FORWARD = """
INSERT INTO screening_scoring (term_id, model_id, scored_at, forms, announcement_id)
SELECT enrolment.term_id, score.model_id, score.scored_at, count(*),
       CASE WHEN form.status = 'announced' THEN coalesce(
           (SELECT min(a.id) FROM screening_announcement a
            WHERE a.term_id = enrolment.term_id AND a.published_at >= score.scored_at),
           (SELECT max(a.id) FROM screening_announcement a WHERE a.term_id = enrolment.term_id)) END
FROM screening_pmtscore score
JOIN screening_form01 form ON form.id = score.form_id
JOIN eqfund_enrolment enrolment ON enrolment.id = form.enrolment_id
GROUP BY enrolment.term_id, score.model_id, score.scored_at, form.status;

UPDATE screening_pmtscore score SET scoring_id = run.id
FROM screening_form01 form
JOIN eqfund_enrolment enrolment ON enrolment.id = form.enrolment_id
JOIN screening_scoring run ON run.term_id = enrolment.term_id
WHERE form.id = score.form_id AND run.model_id = score.model_id AND run.scored_at = score.scored_at
  AND (run.announcement_id IS NOT NULL) = (form.status = 'announced');

UPDATE screening_institutiondecision decision SET announcement_id =
    (SELECT max(a.id) FROM screening_announcement a WHERE a.term_id = enrolment.term_id)
FROM screening_form01 form JOIN eqfund_enrolment enrolment ON enrolment.id = form.enrolment_id
WHERE form.id = decision.form_id AND form.status = 'announced' AND decision.status = 'decided';

UPDATE screening_form01 SET status = 'signed' WHERE status IN ('scored', 'announced');
"""
BACKWARD = """
UPDATE screening_form01 form SET status = CASE WHEN run.announcement_id IS NULL THEN 'scored' ELSE 'announced' END
FROM screening_pmtscore score JOIN screening_scoring run ON run.id = score.scoring_id
WHERE score.form_id = form.id;

UPDATE screening_form01 form
SET status = CASE WHEN decision.announcement_id IS NULL THEN 'scored' ELSE 'announced' END
FROM screening_institutiondecision decision
WHERE decision.form_id = form.id AND decision.status = 'decided';

UPDATE screening_pmtscore score SET model_id = run.model_id, scored_at = run.scored_at, scoring_id = NULL
FROM screening_scoring run WHERE run.id = score.scoring_id;
UPDATE screening_institutiondecision SET announcement_id = NULL WHERE announcement_id IS NOT NULL;
DELETE FROM screening_scoring;
"""


class Migration(migrations.Migration):
    """Read the runs off the scores, and give back to forms the status their director left them in."""

    dependencies = [("screening", "0003_keep_runs_of_the_model")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
