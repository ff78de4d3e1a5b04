"""What Celery needs to know of each broker that the portal has been tried on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from portal.lib.database import broker_transport_options

# How long a message that a lost worker held stays unseen. Nothing hangs on it: the work is rows.
UNSEEN = 60
QUICK_TO_FAIL = {"socket_connect_timeout": 3, "socket_timeout": 10, "health_check_interval": 10}
# A hint that can't be sent is sent by the next tick: nobody waits for it.
RETRY = {"max_retries": 2, "interval_start": 0.2, "interval_step": 0.4, "interval_max": 1}


def broker_settings(
    environ: Mapping[str, str], var_dir: Path, secret_key: str
) -> dict[str, Any]:  # Any: settings of every type
    """Return Celery's settings for `BROKER_URL`; unset it is pgmq in the portal's own database."""
    url = environ.get("BROKER_URL") or "pgmq://localhost"  # conn_string says where
    scheme = url.partition("://")[0]
    found: dict[str, Any] = {"broker_url": url, "task_publish_retry_policy": RETRY}
    if scheme == "pgmq":
        options = broker_transport_options(environ, var_dir, secret_key)
        found["broker_transport"] = "portal.lib.pgmq_transport:Transport"
    elif scheme in {"amqp", "amqps"}:
        # Quorum queues are on the disk of most nodes before a message counts as sent.
        found["task_default_queue_type"] = "quorum"
        options = {"confirm_publish": True, "connect_timeout": 3}
    elif scheme in {"redis", "rediss"}:
        options = {"visibility_timeout": UNSEEN, **QUICK_TO_FAIL}
    else:
        raise ImproperlyConfigured(
            f"BROKER_URL begins with {scheme}://; known are pgmq, amqp(s) and redis(s)."
        )
    return found | {"broker_transport_options": options}
