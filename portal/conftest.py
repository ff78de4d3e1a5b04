from threading import Thread

import pytest
import stamina

from portal.tests.scripted_server import Listener


@pytest.fixture
def server():
    """A server that follows the test's script; retries of its client don't wait."""
    with Listener() as listener, stamina.set_testing(True, attempts=3, cap=True):
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield listener.script
        listener.shutdown()
        thread.join()
