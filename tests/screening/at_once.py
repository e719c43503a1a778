"""Deeds done at the same moment, each in a thread and on a connection of its own."""

from threading import Barrier, Thread

from django.db import connection

from eqfund.refusal import Refused


def at_once(*deeds):
    """What two threads got that began at the same moment."""
    gate, outcomes = Barrier(len(deeds)), []

    def run(deed):
        try:
            gate.wait(10)
            outcomes.append(deed())
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
