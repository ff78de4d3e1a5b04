from portal.conftest import server

__all__ = ["server"]
