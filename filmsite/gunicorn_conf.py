"""How gunicorn serves the site, in development and in production: `gunicorn -c python:filmsite.gunicorn_conf`.

Each value can be changed on the command line or in GUNICORN_CMD_ARGS.
"""

from pathlib import Path

wsgi_app = "filmsite.wsgi"
worker_class = "gthread"
workers = 2
threads = 4
# Loaded once and shared by the workers: less memory, and a mistake at import stops the start. Safe because nothing
# opens a connection at import; the database pool is made at each worker's first query.
preload_app = True
timeout = 30
graceful_timeout = 10
keepalive = 5
# A worker's heartbeat file on a busy disk may stall it for seconds.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # gunicorn makes a private file in it
# Nothing here needs to be steered while it runs.
control_socket_disable = True
# Without this, a header named SCRIPT_NAME from this machine or through a socket would move the site under a prefix.
forwarder_headers = ""
