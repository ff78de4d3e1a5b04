"""Secrets that the demo makes for itself, once, into `var/`."""

import base64
import os
import secrets
from pathlib import Path


def generated(path: Path) -> str:
    """Return the secret kept in the file, made on first use and readable by its owner alone.

    Safe when several processes start at once: the first to link its file wins.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(secrets.token_urlsafe(48))
        try:
            os.link(new, path)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return path.read_text().strip()


def generated_token_key(path: Path) -> str:
    """Return a partner token key, `id:base64 of 32 bytes`, derived from the kept secret."""
    raw = generated(path).encode()[:32]
    return f"demo:{base64.b64encode(raw).decode()}"
