"""The migrated database kept as a file: what is filled from it is what the migrations made."""

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from eqfund.embedded import schema

pytestmark = pytest.mark.django_db

WHAT_IS_THERE = """
    SELECT 'column', table_name || '.' || column_name || ' ' || udt_name || is_nullable FROM information_schema.columns
        WHERE table_schema = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || conname || contype::text FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger', tgrelid::regclass || ' ' || tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function', proname || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'view', viewname FROM pg_views WHERE schemaname = 'public'
    UNION ALL SELECT 'grant', grantee || ' ' || privilege_type || ' ' || table_name
        FROM information_schema.role_table_grants WHERE table_schema = 'public'
    UNION ALL SELECT 'migration', app || name FROM django_migrations
"""


@pytest.fixture
def empty():
    """An empty database beside the test's, as Django's settings name it."""
    name = sql.Identifier(f"{connection.settings_dict['NAME']}_empty")
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as server:
        drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(
            name
        )  # by force it may not stop a vacuum
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template1").format(name))
        yield {**connection.settings_dict, "NAME": name.as_string().strip('"')}
        server.execute(drop)


def found_in(database):
    parameters = connection.get_connection_params() | {"dbname": database["NAME"]}
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    with psycopg.connect(**parameters) as server:
        return set(server.execute(WHAT_IS_THERE).fetchall())


def test_what_is_filled_from_the_file_is_what_the_migrations_made(empty, tmp_path):
    file = tmp_path / "migrated.sql"
    schema.keep(file, connection.settings_dict)

    assert schema.restore(file, empty)

    made = found_in(connection.settings_dict)
    assert len(made) > 2000
    assert found_in(empty) == made


def test_a_broken_file_fills_nothing(empty, tmp_path):
    file = tmp_path / "migrated.sql"
    file.write_text("CREATE TABLE half (id int);\nCREATE TABLE half (id int);\n")

    assert not schema.restore(file, empty)

    parameters = connection.get_connection_params() | {"dbname": empty["NAME"]}
    with psycopg.connect(**parameters) as server:
        assert server.execute("SELECT to_regclass('half')").fetchone() == (None,)


def test_a_change_of_a_migration_is_another_file(monkeypatch, tmp_path):
    monkeypatch.setattr(schema, "PROJECT", tmp_path)
    monkeypatch.setenv("EQFUND_SCHEMAS", str(tmp_path))
    for name in (*schema.BEGUN_WITH, "payments/migrations/0001_initial.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("as it was")
    before = schema.file_of_migrations()

    (tmp_path / "payments/migrations/0001_initial.py").write_text("as it is")

    assert schema.file_of_migrations() != before


def test_a_server_of_your_own_is_migrated_step_by_step(monkeypatch):
    monkeypatch.delenv("EQFUND_SCHEMAS", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:b@c/d")

    assert schema.file_of_migrations() is None
    assert schema.environment() == {}
