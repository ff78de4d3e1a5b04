"""Which tests stay together where several workers of pytest share the slow ones."""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling


class Groups(LoadScopeScheduling):
    """A group goes to one worker, with the running processes that its tests share."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """Return the folder of a test with a browser, whose files share one portal; else its file."""
    path = PurePosixPath(nodeid.split("::")[0])
    return str(path.parent if "browser" in path.parts else path)
