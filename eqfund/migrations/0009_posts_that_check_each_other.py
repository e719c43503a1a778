from django.db import migrations

# The pairs of eqfund/people/rules.py (clash), as constants: a test compares the two over every
# pair of roles, and the application's role cannot change a function it does not own.
FORWARD = """
CREATE FUNCTION posts_clash(a_role text, a_path text, b_role text, b_path text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN a_role = b_role THEN false
        WHEN 'auditor' IN (a_role, b_role) THEN true
        WHEN 'system_admin' IN (a_role, b_role) THEN 'affiliation_officer' NOT IN (a_role, b_role)
        WHEN a_role LIKE 'fund\\_%' AND b_role LIKE 'fund\\_%' THEN true
        WHEN a_role LIKE 'fund\\_%' OR b_role LIKE 'fund\\_%'
            THEN 'affiliation_officer' NOT IN (a_role, b_role)
        WHEN 'office_admin' IN (a_role, b_role)
             AND (a_role IN ('school_admin', 'school_director')
                  OR b_role IN ('school_admin', 'school_director'))
            THEN starts_with(a_path, b_path) OR starts_with(b_path, a_path)
        ELSE false
    END
$$;
CREATE FUNCTION keep_posts_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- two givers at once: the second waits here, and then sees what the first wrote
    PERFORM 1 FROM eqfund_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM eqfund_posting held
        WHERE held.user_id = NEW.user_id AND held.id <> NEW.id
          AND posts_clash(NEW.role, NEW.path, held.role, held.path)
          AND daterange(held.starts_on, held.ends_on, '[]')
              && daterange(NEW.starts_on, NEW.ends_on, '[]')
    ) THEN
        RAISE EXCEPTION 'posting_goes_with_the_others: posts that check each other are not one person''s'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_goes_with_the_others';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_goes_with_the_others
    AFTER INSERT OR UPDATE OF user_id, role, path, starts_on, ends_on ON eqfund_posting
    FOR EACH ROW EXECUTE FUNCTION keep_posts_apart();
"""
BACKWARD = """
DROP TRIGGER posting_goes_with_the_others ON eqfund_posting;
DROP FUNCTION keep_posts_apart();
DROP FUNCTION posts_clash(text, text, text, text);
"""


class Migration(migrations.Migration):
    """Posts that check each other are not one person's on any same day, whoever writes them."""

    dependencies = [("eqfund", "0008_invitations_and_requests")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
