from django.db import migrations

FORWARD = """
-- What is claimed back as a second payment is not handed to the family any more; and while it goes
-- back from the family, the receipt that says the family has it stays.
CREATE FUNCTION second_payment_goes_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM payments_refundclaim WHERE transfer_id = NEW.transfer_id)
       OR TG_OP = 'UPDATE' AND EXISTS (
           SELECT 1 FROM payments_refundline l JOIN payments_refund f ON f.id = l.refund_id
            WHERE l.transfer_id = NEW.transfer_id AND l.is_alive AND f.from_family) THEN
        RAISE EXCEPTION 'second_payment_goes_back: transfer %', NEW.transfer_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'second_payment_goes_back';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER second_payment_goes_back BEFORE INSERT ON payments_receipt06
    FOR EACH ROW EXECUTE FUNCTION second_payment_goes_back();
CREATE TRIGGER second_payment_is_receipted BEFORE UPDATE OF voided_at ON payments_receipt06
    FOR EACH ROW WHEN (NEW.voided_at IS NOT NULL) EXECUTE FUNCTION second_payment_goes_back();
"""
BACKWARD = """
DROP TRIGGER second_payment_is_receipted ON payments_receipt06;
DROP TRIGGER second_payment_goes_back ON payments_receipt06;
DROP FUNCTION second_payment_goes_back();
"""


class Migration(migrations.Migration):
    """A second payment is not handed over, and its receipt is not voided while it goes back."""

    dependencies = [("payments", "0020_a_second_payment_is_claimed_once")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
