"""The embedded servers, as several commands use them at once."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from crm.embedded import Postgres, Valkey, shared
from crm.embedded.places import SERVER_HOME, free_port, socket_folder


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    server = Postgres(home=SERVER_HOME / f"try-{os.getpid()}")
    yield server
    server.stop()
    shutil.rmtree(server.home)


def ask(server: Postgres, query: str) -> str:
    with closing(psycopg2.connect(server.url())) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_whoever_leaves_last_stops_the_server(postgres, tmp_path):
    with shared(postgres, folder=tmp_path):
        pid = postgres.pid()
        with shared(postgres, folder=tmp_path):
            assert postgres.pid() == pid
        assert ask(postgres, "SHOW server_version").startswith("18")
    assert postgres.pid() is None


def test_a_killed_server_starts_again_with_what_was_committed(postgres):
    postgres.start()
    with closing(psycopg2.connect(postgres.url())) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 'here' AS word")
    killed = psutil.Process(postgres.pid())
    everything = [killed, *killed.children()]
    os.kill(killed.pid, signal.SIGKILL)
    psutil.wait_procs(everything, timeout=30)
    assert postgres.pid() is None
    postgres.start()
    assert ask(postgres, "SELECT word FROM kept") == "here"


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(postgres):
    postgres.start()
    lines = (postgres.data / "postmaster.pid").read_text().splitlines()
    postgres.stop()
    lines[0] = str(os.getpid())
    (postgres.data / "postmaster.pid").write_text("\n".join(lines))
    assert postgres.pid() is None
    postgres.start()
    assert postgres.pid()


def test_its_language_is_the_same_everywhere(postgres):
    postgres.start()
    assert ask(postgres, "SELECT lower('ÄÖÜ')") == "äöü"
    assert ask(postgres, "SHOW timezone") == "UTC"


def test_valkey_keeps_its_port_and_its_queue(tmp_path):
    server = Valkey(home=tmp_path / "valkey")
    with shared(server, folder=tmp_path):
        first = server.url()
        with redis.Redis.from_url(first) as client:
            client.lpush("bulk", "task")
    assert server.pid() is None
    with shared(server, folder=tmp_path), redis.Redis.from_url(server.url()) as client:
        assert server.url() == first
        assert client.llen("bulk") == 1


def test_a_taken_port_is_left_to_its_owner(tmp_path):
    first, second = Valkey(home=tmp_path / "first"), Valkey(home=tmp_path / "second")
    with shared(first, folder=tmp_path / "first"):
        second.home.mkdir()
        second.port_file.write_text(str(first.port()))
        with shared(second, folder=tmp_path / "second"):
            assert second.port() != first.port()


def test_a_free_port_is_the_wanted_one_or_a_following():
    wanted = free_port()
    assert free_port(wanted, and_following=5) == wanted


def test_a_long_path_gets_a_short_socket():
    long = Path("/home") / ("x" * 120)
    assert len(os.fsencode(socket_folder(long))) < 60
    assert socket_folder(Path("/srv/perennial/var")) == Path("/srv/perennial/var")
