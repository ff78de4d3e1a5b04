"""Ten kill -9 of the jump and of the shipper, five immediate stops of PostgreSQL, under load.

`python -m benchmarks.torture_jump` prints one line: what was answered, stored, lost, doubled.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

from portal.tests.jumping import Jumping, Readers
from portal.tests.running import wait_for

VICTIMS = ["jump", "shipper"] * 10 + ["postgres"] * 5


def main() -> None:
    victims = VICTIMS.copy()
    random.shuffle(victims)
    folders = tempfile.TemporaryDirectory(prefix="redcat-bench-", ignore_cleanup_errors=True)
    with folders as folder, Jumping(Path(folder) / "var") as jumping:
        jumping.start("shipper")
        with Readers(jumping, 8) as readers:
            for victim in victims:
                disturb(jumping, victim)
        jumping.ship_rest()
        stored = jumping.stored()
    lost = readers.answered - stored.keys()
    doubled = [name for name, times in stored.items() if times > 1]
    unknown = stored.keys() - readers.answered - readers.unanswered
    print(
        f"{len(victims)} kills: {len(readers.answered):,} answered,"
        f" {len(readers.unanswered):,} unanswered, {len(stored):,} stored,"
        f" {len(lost)} lost, {len(doubled)} doubled, {len(unknown)} never asked for"
    )
    sys.exit(bool(lost or doubled or unknown))


def disturb(jumping: Jumping, victim: str) -> None:
    """Let it run for a while, end it, and wait until readers are answered again."""
    time.sleep(random.uniform(0.3, 1.5))
    jumping.kill(victim)
    if victim == "postgres":
        time.sleep(random.uniform(0.2, 1.0))
    jumping.start(victim)
    wait_for(lambda: jumping.ask(f"/j/{jumping.open_link}") == 302)


if __name__ == "__main__":
    main()
