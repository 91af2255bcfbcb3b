"""The sites that are measured: an empty one that is thrown away, and the full-scale one that is kept."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filmsite.embedded import (
    EmbeddedError,
    Ownership,
    Servers,
    data_folder,
    prepare_data_folder,
    secret_key,
)

FULL_SITE = "full-site"


@contextmanager
def throw_away_site() -> Iterator[None]:
    """Durable servers of their own on an empty folder, gone afterwards. To be entered before Django is set up."""
    # In the data folder and not among temporary files, which may lie in memory: commits must reach a disk.
    home = data_folder()
    prepare_data_folder(home)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=home))
    folder.chmod(0o711)
    servers = Servers(folder, durable=True)
    try:
        set_environment(folder, servers)
        yield
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def full_site(folder: Path) -> Iterator[None]:
    """The servers of the full-scale site in a folder, which stays. To be entered before Django is set up.

    Raises EmbeddedError while another process runs servers on the folder: a site in use cannot be measured.
    """
    ownership = Ownership(folder)
    if not ownership.take():
        pid, command = ownership.who()
        raise EmbeddedError(f"{folder} is in use by pid {pid} ({command}); stop it first.")
    servers = TunedServers(folder, family=ownership.family)
    try:
        set_environment(folder, servers)
        yield
    finally:
        servers.stop()
        ownership.release()


class TunedServers(Servers):
    """Servers with the memory that a machine of a site of this size would give them."""

    def _postgres_options(self, sockets: Path) -> dict[str, str]:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        return super()._postgres_options(sockets) | {
            "shared_buffers": f"{min(memory // 4, 4096)}MB",
            "effective_cache_size": f"{memory // 2}MB",
            "maintenance_work_mem": "512MB",
            "work_mem": "16MB",
            "max_wal_size": "8GB",
        }


def set_environment(folder: Path, servers: Servers) -> None:
    """Start the servers and let settings find them."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": servers.start_postgres(),
        "REDIS_URL": servers.start_valkey(),
        "FILMSITE_DATA": str(folder),
        "FILMSITE_DEMO": "0",
        "SECRET_KEY": secret_key(folder),
        "LOG_LEVEL": "ERROR",
    }
