from django.db import migrations

FORWARD = """
-- The history of a pupil's states is only ever added to; a sentence in it may be forgotten.
CREATE FUNCTION refuse_another_past() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps what happened', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER status_change_stays BEFORE UPDATE ON eqfund_enrolmentstatuschange
    FOR EACH ROW WHEN (
        (OLD.enrolment_id, OLD.was, OLD.became, OLD."on", OLD.source, OLD.undoes_id, OLD.by_id, OLD.at)
        IS DISTINCT FROM
        (NEW.enrolment_id, NEW.was, NEW.became, NEW."on", NEW.source, NEW.undoes_id, NEW.by_id, NEW.at)
        OR (OLD.reason IS DISTINCT FROM NEW.reason AND length(NEW.reason) > 0)
    ) EXECUTE FUNCTION refuse_another_past();
CREATE TRIGGER status_change_is_not_removed BEFORE DELETE ON eqfund_enrolmentstatuschange
    FOR EACH ROW EXECUTE FUNCTION refuse_another_past();
CREATE TRIGGER status_changes_are_not_emptied BEFORE TRUNCATE ON eqfund_enrolmentstatuschange
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_another_past();

-- A hand-over is answered once: what is closed stays as it was closed.
CREATE TRIGGER handover_stays_closed BEFORE UPDATE ON eqfund_handover
    FOR EACH ROW WHEN (
        OLD.status <> 'proposed'
        AND (OLD.status, OLD.pupil_id, OLD.from_school_id, OLD.to_school_id, OLD.to_enrolment_id, OLD.closed_by_id, OLD.closed_at)
        IS DISTINCT FROM
        (NEW.status, NEW.pupil_id, NEW.from_school_id, NEW.to_school_id, NEW.to_enrolment_id, NEW.closed_by_id, NEW.closed_at)
    ) EXECUTE FUNCTION refuse_another_past();
CREATE TRIGGER handover_is_not_removed BEFORE DELETE ON eqfund_handover
    FOR EACH ROW EXECUTE FUNCTION refuse_another_past();
"""
BACKWARD = """
DROP TRIGGER handover_is_not_removed ON eqfund_handover;
DROP TRIGGER handover_stays_closed ON eqfund_handover;
DROP TRIGGER status_changes_are_not_emptied ON eqfund_enrolmentstatuschange;
DROP TRIGGER status_change_is_not_removed ON eqfund_enrolmentstatuschange;
DROP TRIGGER status_change_stays ON eqfund_enrolmentstatuschange;
DROP FUNCTION refuse_another_past();
"""


class Migration(migrations.Migration):
    """The past of a pupil is not rewritten: states are added to, and a hand-over is answered once."""

    dependencies = [("eqfund", "0023_hand_over_pupils")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
