"""What a person would call the browser and the machine behind a user agent."""

BROWSERS = {
    "MicroMessenger/": "WeChat",
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "Linux": "Linux",
}


def device(user_agent: str) -> str:
    """Return for example "Chrome · Windows"; what is not recognised, in its own first word."""
    found = [
        name
        for names in (BROWSERS, SYSTEMS)
        for name in [next((names[sign] for sign in names if sign in user_agent), "")]
        if name
    ]
    return " · ".join(found) or user_agent.split("/")[0][:40]
