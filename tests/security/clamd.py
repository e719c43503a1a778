"""A scanner that speaks clamd's protocol over a real socket, and knows one virus: EICAR's test file."""

import contextlib
import socketserver
import struct

from tests.servers import served

# EICAR's harmless test string, in two parts, so that no scanner takes this file for it
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MOST = 25_000_000


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        command = self._until_zero()
        self.server.asked.append(command)
        if command == b"zPING":
            self.wfile.write(b"PONG\0")
        elif command == b"zINSTREAM":
            self.wfile.write(self._scan())
        else:
            self.wfile.write(b"UNKNOWN COMMAND\0")

    def _until_zero(self):
        heard = b""
        while not heard.endswith(b"\0"):
            heard += self.rfile.read(1)
        return heard[:-1]

    def _scan(self):
        data = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            data += self.rfile.read(size)
            if len(data) > self.server.most:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.server.scanned.append(data)
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"


class _Silent(socketserver.BaseRequestHandler):
    def handle(self):
        self.server.gone.wait(30)


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextlib.contextmanager
def clamd(path="", *, silent=False, most=MOST):
    """A running scanner; its `.address` is what the setting ANTIVIRUS wants."""
    handler = _Silent if silent else _Talk
    server = _Unix(path, handler) if path else _Tcp(("127.0.0.1", 0), handler)
    server.asked, server.scanned, server.most = [], [], most
    server.address = f"unix:{path}" if path else f"tcp:127.0.0.1:{server.server_address[1]}"
    with served(server):
        yield server
