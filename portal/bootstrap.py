"""Where every make target begins: any python3 gets this far, so that an old one can be told."""

import sys
from importlib import import_module

NEEDED = (3, 11)


def complaint_about(version: "tuple[int, ...]") -> str:
    """Return what is wrong with this Python, in one line, or an empty string."""
    if tuple(version[:2]) >= NEEDED:
        return ""
    found, needed = (".".join(str(part) for part in each) for each in (version[:2], NEEDED))
    return "Python " + needed + " or newer is needed; this is " + found + "."


if __name__ == "__main__":
    complaint = complaint_about(sys.version_info[:3])
    if complaint:
        sys.exit(complaint)
    import_module("portal.launch.commands").main(sys.argv[1:])
