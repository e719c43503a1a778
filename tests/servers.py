"""Small servers on this machine, for what the product speaks to over a real socket."""

import contextlib
import threading


@contextlib.contextmanager
def served(server):
    """The server answers until the block ends; one that holds its answer back waits for `server.gone`."""
    server.gone = threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.gone.set()
        server.shutdown()
        server.server_close()
        thread.join()
