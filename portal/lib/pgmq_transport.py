"""pgmq as kombu speaks it, without changing the database at each start.

Kombu drops and makes a queue's trigger anew whenever a process first sends or listens. That locks
everybody else out, and now and then one who sends meanwhile is refused as part of a deadlock.
"""

from typing import Any

from kombu.transport import pgmq


class Channel(pgmq.Channel):
    def _new_queue(self, queue: str, **kwargs: Any) -> None:  # Any: what kombu hands on
        """Make the queue where `prepare_database` has not, as for a test of the broker."""
        base: Any = super()  # kombu has no types here
        if not base._has_queue(queue):
            base._new_queue(queue, **kwargs)
            base._maybe_enable_notify(queue)
        self._maybe_enable_notify(queue)

    def _maybe_enable_notify(self, queue: str, queue_name: str | None = None) -> None:
        """Listen to the queue: who made it gave it its trigger."""
        transport: Any = self.connection
        transport._register_notify_queue(queue_name or self._queue_name(queue))


class Transport(pgmq.Transport):
    Channel = Channel
