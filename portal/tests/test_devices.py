import pytest

from portal.lib.devices import device

KNOWN = [
    ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18 Safari/605.1", "Safari · macOS"),
    ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome · Android"),
    ("Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0.50", "WeChat · iPhone"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
    ("curl/8.5.0", "curl"),
    ("", ""),
]


@pytest.mark.parametrize(("user_agent", "name"), KNOWN)
def test_a_device_is_called_as_people_call_it(user_agent, name):
    assert device(user_agent) == name
