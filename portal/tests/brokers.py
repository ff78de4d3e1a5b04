"""RabbitMQ and Redis of Debian, on loopback ports and in folders of their own, to be killed."""

import os
import shutil
import socket
import subprocess
import tempfile
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path

from portal.tests.running import free_port, wait_for

RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"
STOP_MAPPER = ["epmd", "-kill"]


class Broker(ABC):
    """One server in the foreground; `kill` is kill -9, `empty` loses all that it kept."""

    scheme: str
    comes_back = 20  # seconds after which a killed worker's message is told again

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="redcat-broker-"))
        self.port = free_port()
        self.url = f"{self.scheme}://localhost:{self.port}"

    def start(self) -> None:
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                self.command(),
                env=os.environ | self.environ(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(self.answers, seconds=60)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        self.process.wait(10)

    def restart_empty(self) -> None:
        self.kill()
        shutil.rmtree(self.folder / "kept", ignore_errors=True)
        self.start()

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            with suppress(OSError):  # not listening yet, or not ready to speak
                probe.connect(("127.0.0.1", self.port))
                return self.greets(probe)
        return False

    @abstractmethod
    def greets(self, probe: socket.socket) -> bool: ...

    @abstractmethod
    def command(self) -> list[str]: ...

    def environ(self) -> dict[str, str]:
        return {}


class Redis(Broker):
    """With its append-only file, written out each second."""

    scheme = "redis"
    comes_back = 130  # kombu looks for such messages every hundred seconds

    def command(self) -> list[str]:
        (self.folder / "kept").mkdir(exist_ok=True)
        own = ["--dir", str(self.folder / "kept"), "--save", "", "--appendonly", "yes"]
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", *own]

    def greets(self, probe: socket.socket) -> bool:
        probe.sendall(b"PING\r\n")
        return probe.recv(20).startswith(b"+PONG")


class RabbitMq(Broker):
    scheme = "amqp"

    def __init__(self) -> None:
        super().__init__()
        self.distribution, self.mapper = free_port(), free_port()

    def command(self) -> list[str]:
        return [RABBITMQ]

    def environ(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"redcat{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.distribution),
            "RABBITMQ_SERVER_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.mapper),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "kept"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
        }

    def stop(self) -> None:
        """End Erlang's name server too, which a node starts and leaves behind."""
        self.kill()
        wait_for(
            lambda: subprocess.run(STOP_MAPPER, env=os.environ | self.environ()).returncode == 0
        )
        super().stop()

    def greets(self, probe: socket.socket) -> bool:
        probe.sendall(b"AMQP\x00\x00\x09\x01")
        return probe.recv(8) != b""


BROKERS: dict[str, type[Broker]] = {"redis": Redis, "rabbitmq": RabbitMq}
