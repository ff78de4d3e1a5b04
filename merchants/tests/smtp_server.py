"""A mail server in a thread, which answers the end of each mail as the test says."""

import socketserver
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Thread

DROP = ""  # take the whole mail and hang up without a word


class SmtpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.verdict = "250 taken"
        self.mails: list[EmailMessage] = []
        self.answers = Event()  # while it isn't set, whoever sent a mail waits for a word
        self.answers.set()

    def __enter__(self) -> "SmtpServer":
        self.thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.answers.set()
        self.shutdown()
        self.thread.join()
        self.server_close()


class _Session(socketserver.StreamRequestHandler):
    server: SmtpServer

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip().upper():
            if line == "QUIT":
                return self._say("221 bye")
            if line != "DATA":
                self._say("250 fine")
                continue
            self._say("354 go on")
            self.server.mails.append(self._mail())
            self.server.answers.wait()
            if self.server.verdict == DROP:
                return None
            with suppress(OSError):  # it has not waited for us
                self._say(self.server.verdict)
        return None

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def _mail(self) -> EmailMessage:
        lines = iter(self.rfile.readline, b".\r\n")
        return message_from_bytes(b"".join(lines), policy=policy.default)
