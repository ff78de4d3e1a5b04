import pytest

from campaigns.jump.agents import is_robot, system_of
from campaigns.models import ClickSystem

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
PIXEL = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/125.0 Mobile Safari/537.36"
)
IN_APP = f"{PIXEL} xhsdiscover/8.40 NetType/WiFi"
CUBOT = "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/124.0 Mobile"
MATE = "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36 Chrome/114 Mobile"
NEXT = "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114 ArkWeb/4.1.6.1 Mobile"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/125.0 Safari/537.36"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605.1"
LUMIA = "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) Mobile Edge/15"
TELEVISION = "Mozilla/5.0 (SMART-TV; Tizen 6.0) AppleWebKit/537.36"

READERS = [
    (IPHONE, ClickSystem.IOS),
    (IPAD, ClickSystem.IOS),
    (PIXEL, ClickSystem.ANDROID),
    (IN_APP, ClickSystem.ANDROID),
    (CUBOT, ClickSystem.ANDROID),
    (MATE, ClickSystem.HARMONY),
    (NEXT, ClickSystem.HARMONY),
    (WINDOWS, ClickSystem.DESKTOP),
    (MAC, ClickSystem.DESKTOP),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", ClickSystem.DESKTOP),
    (LUMIA, ClickSystem.OTHER),
    (TELEVISION, ClickSystem.OTHER),
]
ROBOTS = [
    "",
    "   ",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) Mobile (compatible; Googlebot/2.1)",
    "Mozilla/5.0 (Linux; Android 5.0) (compatible; Bytespider; spider-feedback@bytedance.com)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (Linux; Android 7.0;) AppleWebKit/537.36 (compatible; PetalBot;+https://x)",
    "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "DingTalkBot-LinkService/1.0 (https://tms.dingtalk.com)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X) LarkUrl2Png/1.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/125.0",
    "curl/8.5.0",
    "Wget/1.21.4",
    "python-requests/2.32.3",
    "okhttp/4.12.0",
    "Go-http-client/2.0",
    "Apache-HttpClient/4.5.14 (Java/17.0.9)",
]


@pytest.mark.parametrize(("agent", "system"), READERS)
def test_a_reader_is_known_by_the_system_and_is_no_robot(agent, system):
    assert system_of(agent) == system
    assert not is_robot("GET", {"User-Agent": agent})


@pytest.mark.parametrize("agent", ROBOTS)
def test_a_program_is_a_robot(agent):
    assert is_robot("GET", {"User-Agent": agent})


@pytest.mark.parametrize(
    "header",
    [
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
    ],
)
def test_a_prefetch_is_a_robot_whatever_the_browser(header):
    assert is_robot("GET", {"User-Agent": IPHONE} | header)


def test_asking_only_for_headers_is_a_robot():
    assert is_robot("HEAD", {"User-Agent": IPHONE})
