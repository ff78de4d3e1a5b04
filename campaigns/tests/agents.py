"""Whole user agents of readers and programs.

Sources: the vendors' own pages (Apple, Chromium, Huawei's ArkWeb, the crawlers' help pages), and
for apps strings from public logs and code, with versions as there.
"""

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
IN_IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {WEBKIT} Mobile/15E148"
IPHONE = (
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {WEBKIT}"
    " Version/17.5 Mobile/15E148 Safari/604.1"
)
IPAD = f"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) {WEBKIT} Mobile/15E148"
PIXEL = f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {BLINK} Chrome/125.0.0.0 Mobile Safari/537.36"
IN_ANDROID = (
    f"Mozilla/5.0 (Linux; Android 14; V2417A Build/UP1A.231005.007; wv) {BLINK}"
    " Version/4.0 Chrome/123.0.6312.118 Mobile Safari/537.36"
)
CUBOT = f"Mozilla/5.0 (Linux; Android 13; CUBOT P80) {BLINK} Chrome/124.0.0.0 Mobile Safari/537.36"
MATE = (
    f"Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) {BLINK}"
    " Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36"
)
NEXT = (
    f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {BLINK} Chrome/114.0.0.0 Safari/537.36"
    " ArkWeb/4.1.6.1 Mobile"
)
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Chrome/125.0.0.0 Safari/537.36"
MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/17.5 Safari/605.1.15"
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
LUMIA = (
    "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) "
    f"{BLINK} Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15254"
)
TELEVISION = f"Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) {BLINK} 76.0.3809.146/6.0 TV Safari/537.36"

XIAOHONGSHU = "xhsdiscover/8.40 NetType/WiFi"
XIAOHONGSHU_ANDROID = (
    "Resolution/1260*2800 Version/8.69.5 Build/8695125 Device/(vivo;V2417A)"
    " discover/8.69.5 NetType/WiFi"
)
WECHAT = "MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN"
WEIBO_IPHONE = "Weibo (iPhone12,5__weibo__14.5.0__iphone__os17.5)"
WEIBO_ANDROID = "Weibo (Xiaomi-M2007J22C__weibo__14.5.0__android__android14)"
QQ = "QQ/9.0.70.624 V1_IPH_SQ_9.0.70_1_APP_A"

# One reader for each row of the table: (system, app or None) -> user agent
READERS = {
    ("ios", "xiaohongshu"): f"{IN_IPHONE} {XIAOHONGSHU}",
    ("ios", "wechat"): f"{IN_IPHONE} {WECHAT}",
    ("ios", "weibo"): f"{IN_IPHONE} {WEIBO_IPHONE}",
    ("ios", "qq"): f"{IN_IPHONE} {QQ}",
    ("ios", "plain"): IPHONE,
    ("android", "xiaohongshu"): f"{IN_ANDROID} {XIAOHONGSHU_ANDROID}",
    ("android", "wechat"): f"{IN_ANDROID} {WECHAT}",
    ("android", "weibo"): f"{IN_ANDROID} {WEIBO_ANDROID}",
    ("android", "qq"): f"{IN_ANDROID} {QQ}",
    ("android", "plain"): PIXEL,
    ("harmony", "xiaohongshu"): f"{NEXT} {XIAOHONGSHU}",
    ("harmony", "wechat"): f"{NEXT} {WECHAT}",
    ("harmony", "weibo"): f"{NEXT} {WEIBO_ANDROID}",
    ("harmony", "qq"): f"{NEXT} {QQ}",
    ("harmony", "plain"): NEXT,
    ("desktop", None): WINDOWS,
    ("other", None): TELEVISION,
}
# The word that gives a program away -> one that only that word gives away
PROGRAMS = {
    r"facebookexternalhit": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    r"facebookcatalog": "facebookcatalog/1.0",
    r"WhatsApp/": "WhatsApp/2.23.20.0 A",
    r"TelegramBot": "TelegramBot (like TwitterBot)",
    r"Slackbot-LinkExpanding": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    r"Discordbot": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    r"LinkedInBot": "LinkedInBot/1.0 (compatible; Mozilla/5.0; +http://www.linkedin.com)",
    r"DingTalkBot-LinkService": "DingTalkBot-LinkService/1.0 (https://tms.dingtalk.com)",
    r"LarkUrl2Png": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) LarkUrl2Png/1.0",
    r"SkypeUriPreview": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    r"^\s*$": "",
    r"(?<!cu)bot\b": "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/)",
    r"crawl": "Mozilla/5.0 (compatible; MJ12-crawler/1.4)",
    r"spider": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/)",
    r"slurp": "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch)",
    r"headless": f"Mozilla/5.0 (X11; Linux x86_64) {BLINK} HeadlessChrome/125.0.0.0 Safari/537.36",
    r"lighthouse": f"{PIXEL} Chrome-Lighthouse",
    r"phantomjs": "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 PhantomJS/2.1.1",
    r"\bcurl": "curl/8.5.0",
    r"\bwget": "Wget/1.21.4",
    r"python": "python-requests/2.32.3",
    r"okhttp": "okhttp/4.12.0",
    r"httpclient": "Apache-HttpClient/4.5.14",
    r"go-http": "Go-http-client/2.0",
    r"\bjava/": "Java/17.0.9",
    r"libwww": "lwp-request/6.61 libwww/6.61",
    r"node-fetch": "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
    r"\baxios": "axios/1.7.2",
    r"\bundici": "undici",
    r"\bruby\b": "Ruby",
    r"\bperl\b": "HTTP-Tiny perl",
    r"\bphp/": "PHP/8.3.7",
}
