"""Every setting of the site, read from the environment.

With nothing set, the development defaults run on the embedded servers that `manage.py dev` starts.
With FILMSITE_ENV=production nothing has a default that could be unsafe: the process refuses to start instead.
`docs/operating.md` has the table of variables.
"""

from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environ import Env

env = Env()

# --- Core -------------------------------------------------------------------------------------------

BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = env.str("FILMSITE_ENV", default="development") == "production"
# The demo community: known passwords, and mail shown on a page instead of being sent.
FILMSITE_DEMO = env.bool("FILMSITE_DEMO", default=False)
# Where everything that changes lives: embedded servers, media, logs.
DATA_DIR = Path(env.str("FILMSITE_DATA", default=str(BASE_DIR / "var"))).resolve()

_INSECURE_KEY = "development-only-key-that-production-refuses-to-start-with"
SECRET_KEY = env.str("SECRET_KEY", default=_INSECURE_KEY)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
FILMSITE_NAME = env.str("FILMSITE_NAME", default="Filmsite")
# The public address, used wherever a link leaves the site (mail, feeds). Never taken from a request.
FILMSITE_URL = env.str("FILMSITE_URL", default="http://127.0.0.1:8000").rstrip("/")

if PRODUCTION:
    _required = [
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "FILMSITE_URL",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "DEFAULT_FROM_EMAIL",
    ]
    _missing = [name for name in _required if not env.str(name, default="")]
    if _missing:
        raise ImproperlyConfigured(
            f"Production needs {', '.join(_missing)} in the environment. docs/operating.md describes each of them."
        )
    if SECRET_KEY == _INSECURE_KEY or len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("SECRET_KEY must be a secret of at least 50 characters of your own.")
    if DEBUG or FILMSITE_DEMO or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("Production refuses DEBUG, FILMSITE_DEMO and ALLOWED_HOSTS=*.")

INSTALLED_APPS = [
    "filmsite.apps.FilmsiteConfig",
    "accounts.apps.AccountsConfig",
    "films.apps.FilmsConfig",
    "reviews.apps.ReviewsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "rest_framework",
    "rules.apps.AutodiscoverRulesConfig",
]

MIDDLEWARE = [
    "filmsite.middleware.KeptPages",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "filmsite.middleware.RefuseBrokenInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "filmsite.middleware.InterfaceLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "filmsite.middleware.GiveTypedWordsBack",
    "filmsite.middleware.GuardAdmin",
    "django_structlog.middlewares.RequestMiddleware",
]

ROOT_URLCONF = "filmsite.urls"
WSGI_APPLICATION = "filmsite.wsgi.application"

_template_builtins: list[str] = []
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "filmsite.context_processors.site",
            ],
            "builtins": _template_builtins,
        },
    }
]

# Content Security Policy and template partials are part of Django from 6.0 on; 5.2 takes them from packages.
_CSP_SELF, _CSP_NONE = "'self'", "'none'"
_CSP = {
    "default-src": [_CSP_NONE],
    "script-src": [_CSP_SELF],
    "style-src": [_CSP_SELF],
    "img-src": [_CSP_SELF, "data:"],
    "font-src": [_CSP_SELF],
    "connect-src": [_CSP_SELF],
    "manifest-src": [_CSP_SELF],
    "base-uri": [_CSP_NONE],
    "form-action": [_CSP_SELF],
    "frame-ancestors": [_CSP_NONE],
}
if django.VERSION >= (6, 0):
    MIDDLEWARE.insert(2, "django.middleware.csp.ContentSecurityPolicyMiddleware")
    SECURE_CSP = _CSP
else:
    INSTALLED_APPS += ["csp", "template_partials"]
    _template_builtins.append("template_partials.templatetags.partials")
    MIDDLEWARE.insert(2, "csp.middleware.CSPMiddleware")
    CONTENT_SECURITY_POLICY = {"DIRECTIVES": _CSP}

# --- Data -------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///filmsite")}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["ATOMIC_REQUESTS"] = False
# A pool for the threaded web processes only: Celery closes a pool at every task boundary, so a worker
# keeps one plain connection per child instead (CELERY_DB_REUSE_MAX).
if env.bool("DB_POOL", default=False):
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 6, "timeout": 5}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CELERY_DB_REUSE_MAX = 100

# --- Cache and background work ------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379")
# The cache has the numbered database of REDIS_URL, the queues the next one: clearing the cache spares them.
if REDIS_URL.startswith("unix://"):
    _socket, _mark, _query = REDIS_URL.removeprefix("unix://").partition("?")
    _number = int(_query.removeprefix("db=") or 0)
    _broker_url = f"redis+socket://{_socket}?virtual_host={_number + 1}"
else:
    _parts = urlsplit(REDIS_URL)
    _number = int(_parts.path.strip("/") or 0)
    _broker_url = urlunsplit(_parts._replace(path=f"/{_number + 1}"))
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=_broker_url)

CACHES = {
    "default": {
        "BACKEND": "filmsite.lib.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "filmsite",
    }
}

# How long a finished page is kept for readers who are not signed in; 0 keeps none. A page about something that changed
# is built anew at once: this is how late the numbers beside names, and the banner, may be.
FILMSITE_KEPT_SECONDS = env.int("FILMSITE_KEPT_SECONDS", default=60)

CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
# A worker's process that has grown beyond this many KiB ends after its task: models of many pairs add up.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = env.int("WORKER_MAX_MEMORY", default=700_000)
CELERY_TASK_ROUTES = {"reviews.tasks.make_translation": {"queue": "translation"}}
# A worker that died with a task in hand: hand it out again after a minute, look for it every few seconds.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    # A request must not wait for a broker that hangs, so sending a wake-up waits a second and is tried once. A worker
    # waits for work by polling, which no timeout cuts short, and reconnects by a loop of its own.
    "socket_timeout": 1,
    "socket_connect_timeout": 0.5,
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"

# --- Members, sign-in ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.Member"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
# By code, not by link: no mail holds an address that was built from a request.
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_USERNAME_VALIDATORS = "accounts.validators.username_validators"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_ISSUER = FILMSITE_NAME
MFA_FORMS = {
    "add_webauthn": "accounts.passkey_forms.AddKeyForm",
    "signup_webauthn": "accounts.passkey_forms.SignUpKeyForm",
    "authenticate_webauthn": "accounts.passkey_forms.SecondFactorKeyForm",
    "login_webauthn": "accounts.passkey_forms.LoginKeyForm",
    "reauthenticate_webauthn": "accounts.passkey_forms.ReauthenticateKeyForm",
}
# Noting the time of every request would write to the database on every page.
USERSESSIONS_TRACK_ACTIVITY = False
# How many proxies of yours stand before the site; without it every member shares one login limit.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
# Staff and moderators reach their pages only with a second factor; the demo has none to give.
FILMSITE_STAFF_NEEDS_MFA = not FILMSITE_DEMO

CSRF_FAILURE_VIEW = "filmsite.views.expired_form"

SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Security headers -----------------------------------------------------------------------------------

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if env.bool("BEHIND_TLS_PROXY", default=True):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# A title with its whole cast is one form in the admin.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# --- Mail -----------------------------------------------------------------------------------------------

if FILMSITE_DEMO:
    EMAIL_BACKEND = "accounts.mail.DemoMailBackend"
else:
    vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
if PRODUCTION and EMAIL_BACKEND != "django.core.mail.backends.smtp.EmailBackend":
    raise ImproperlyConfigured(
        "EMAIL_URL must name a mail server in production: codes and statements go by mail."
    )
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Filmsite <noreply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where a person reads what members have to say about a decision; empty where nobody does, and then no mail promises it.
_SENDER = parseaddr(DEFAULT_FROM_EMAIL)[1]
FILMSITE_OBJECTIONS_ADDRESS = env.str(
    "FILMSITE_OBJECTIONS_ADDRESS",
    default="" if _SENDER.lower().startswith(("noreply@", "no-reply@")) else _SENDER,
)
# Who is told by mail when the site finds that part of it does not do its work: that copied words are not found any more.
FILMSITE_ALARM_ADDRESSES = env.list("FILMSITE_ALARM_ADDRESSES", default=[])

# --- Languages ------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nl", _("Dutch"))]
LOCALE_PATHS = [BASE_DIR / "filmsite" / "locale"]
FORMAT_MODULE_PATH = "filmsite.formats"
USE_I18N = True
USE_TZ = True
# Grouping every number would also group years and ids; the template filter `thousands` groups what is a count.
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "UTC"

# --- Files ----------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "filmsite" / "static"]
STATIC_ROOT = DATA_DIR / "static"
# Pictures that staff and members send, stored by our own encoder only. In production nginx serves them (docs/operating.md).
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "media/"
# Names with a hash of the content, kept for ever by browsers; needs collectstatic. Tests do without.
STATIC_MANIFEST = env.bool("STATIC_MANIFEST", default=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

# --- Votes ----------------------------------------------------------------------------------------------

# Below this many votes a page shows the count and says when a mean will appear.
FILMSITE_MEAN_MINIMUM_VOTES = env.int("FILMSITE_MEAN_MINIMUM_VOTES", default=5)
# Fewest votes for a place in a ranked list, and the least m of the weighted rating that orders it; a list of many titles
# asks for more by itself (films/weighting.py). A demo has few voters.
FILMSITE_RANKING_MINIMUM_VOTES = env.int("FILMSITE_RANKING_MINIMUM_VOTES", default=5 if FILMSITE_DEMO else 20)
# How long a title counts as recent after its first showing.
FILMSITE_RECENT_MONTHS = env.int("FILMSITE_RECENT_MONTHS", default=18)
# The second top counts the votes of members who voted or wrote within so many months.
FILMSITE_ACTIVE_MONTHS = env.int("FILMSITE_ACTIVE_MONTHS", default=24)

# --- Unusual votes --------------------------------------------------------------------------------------

# What makes moderators look at the votes on a title; nothing is set aside without them (reviews/moderation/vote_signals.py).
# So many votes within an hour, and so many times what is ordinary for the title: fewer move no mean that is worth
# moving, and come by chance; ten times the ordinary is more than a prize or a broadcast brings most titles.
FILMSITE_VELOCITY_LEAST_VOTES = env.int("FILMSITE_VELOCITY_LEAST_VOTES", default=30)
FILMSITE_VELOCITY_TIMES = env.float("FILMSITE_VELOCITY_TIMES", default=10)
# So many votes within a day of one star or less, or of 4½ or more, from accounts that joined less than so many days
# before or have hardly voted: a family or a school class is smaller, and most members keep none of these for long.
FILMSITE_BRIGADE_LEAST_VOTES = env.int("FILMSITE_BRIGADE_LEAST_VOTES", default=8)
FILMSITE_BRIGADE_YOUNG_DAYS = env.int("FILMSITE_BRIGADE_YOUNG_DAYS", default=7)
FILMSITE_BRIGADE_FEW_VOTES = env.int("FILMSITE_BRIGADE_FEW_VOTES", default=5)

# --- The catalogue --------------------------------------------------------------------------------------

# Show what the public of other sites gave a title (with the day) beside our own mean.
FILMSITE_EXTERNAL_SCORES = env.bool("FILMSITE_EXTERNAL_SCORES", default=False)

# --- Editing the catalogue ------------------------------------------------------------------------------

# For so many days two titles that were made one can be parted again.
FILMSITE_MERGE_UNDO_DAYS = env.int("FILMSITE_MERGE_UNDO_DAYS", default=30)

# --- Translation ----------------------------------------------------------------------------------------

# Directories of model files: the ones inside the installed package, and those an operator adds.
FILMSITE_TRANSLATION_MODELS_DIR = Path(
    env.str("FILMSITE_TRANSLATION_MODELS_DIR", default=str(DATA_DIR / "translation-models"))
)
# The engines in order of preference, each "kind" or "name=kind?option=value"; docs/translation.md tells the kinds.
FILMSITE_TRANSLATION_ENGINES = env.list("FILMSITE_TRANSLATION_ENGINES", default=["fx"])
# Which engines a pair of languages may take, best first: "nl>en: fx deepl; *>en: house". Other pairs take all in order.
FILMSITE_TRANSLATION_ROUTES = env.str("FILMSITE_TRANSLATION_ROUTES", default="")
# Languages to go by where no engine knows a pair.
FILMSITE_TRANSLATION_PIVOTS = env.list("FILMSITE_TRANSLATION_PIVOTS", default=["en"])
# Whether engines on other people's machines may be used, for members who do not mind.
FILMSITE_TRANSLATION_EXTERNAL = env.bool("FILMSITE_TRANSLATION_EXTERNAL", default=False)
# Languages that reviews are translated into when an engine can; those that members choose to read in are added.
FILMSITE_TRANSLATION_TARGETS = env.list("FILMSITE_TRANSLATION_TARGETS", default=["en", "nl", "pt"])
# An edited text is translated anew after so many seconds without another edit, at most so many after the first.
FILMSITE_TRANSLATION_EDIT_SECONDS = env.int("FILMSITE_TRANSLATION_EDIT_SECONDS", default=60)
FILMSITE_TRANSLATION_EDIT_MOST_SECONDS = env.int("FILMSITE_TRANSLATION_EDIT_MOST_SECONDS", default=600)
# Characters that an engine may be sent a day (UTC), by the name of the engine: "deepl=500000;other=1000000".
FILMSITE_TRANSLATION_CHARACTERS_A_DAY = env.dict(
    "FILMSITE_TRANSLATION_CHARACTERS_A_DAY", cast={"value": int}, default={}
)
# So many workers at once make translations of older texts; the others stand ready for new ones.
FILMSITE_TRANSLATION_BACKFILL_WORKERS = env.int("FILMSITE_TRANSLATION_BACKFILL_WORKERS", default=1)
# Translated sentences that no text called for in so many days are forgotten.
FILMSITE_TRANSLATION_MEMORY_DAYS = env.int("FILMSITE_TRANSLATION_MEMORY_DAYS", default=365)
# Who suggested so many better translations into a language that were accepted in a row decides on others' from then on.
FILMSITE_TRUSTED_CORRECTIONS = env.int("FILMSITE_TRUSTED_CORRECTIONS", default=10)
# So many members must find a translation bad before it is made anew by another engine, or doubted.
FILMSITE_BAD_TRANSLATION_REPORTS = env.int("FILMSITE_BAD_TRANSLATION_REPORTS", default=2)

# --- Pasted text ----------------------------------------------------------------------------------------

# From how many words that stand elsewhere too an author is told, and from how many a moderator has a look; below that
# number a moderator looks as well when they are so large a share (0 to 1) of the message. "films=50;shows=30" sets them
# for a section; "default=45" for all others.
FILMSITE_COPY_WARN_WORDS = {"default": 40} | env.dict(
    "FILMSITE_COPY_WARN_WORDS", cast={"value": int}, default={}
)
FILMSITE_COPY_CASE_WORDS = {"default": 60} | env.dict(
    "FILMSITE_COPY_CASE_WORDS", cast={"value": int}, default={}
)
FILMSITE_COPY_CASE_SHARE = {"default": 0.5} | env.dict(
    "FILMSITE_COPY_CASE_SHARE", cast={"value": float}, default={}
)
# Of so many runs of five words on end one is kept as a fingerprint. 12 takes a third less room than 8 and finds passages
# from 30 words on instead of 20. After a change: `manage.py known_texts rebuild --all`.
FILMSITE_COPY_WINDOW = env.int("FILMSITE_COPY_WINDOW", default=8)
# What is kept of a registered text: "spans" is the hash of every run of four words, by which a passage is verified and no
# sentence can be read; "text" is that and the words, for moderators to see beside the copy.
FILMSITE_KNOWN_TEXTS_KEEP = env.str("FILMSITE_KNOWN_TEXTS_KEEP", default="spans")

# --- Importing ------------------------------------------------------------------------------------------

# A zipped file that unpacks to more bytes, or to more times its size, is taken for a decompression bomb.
FILMSITE_IMPORT_MAX_BYTES = env.int("FILMSITE_IMPORT_MAX_BYTES", default=64 << 30)
FILMSITE_IMPORT_MAX_RATIO = env.int("FILMSITE_IMPORT_MAX_RATIO", default=200)
# The operator's own "API read access token" of TMDB; without one nothing is fetched there.
TMDB_TOKEN = env.str("TMDB_TOKEN", default="")
# Days after which what came from TMDB is asked for again (`import_titles tmdb --refresh`), and after which what was
# not is cleared: its terms allow keeping it for six months.
FILMSITE_TMDB_REFRESH_DAYS = env.int("FILMSITE_TMDB_REFRESH_DAYS", default=150)
FILMSITE_TMDB_KEEP_DAYS = env.int("FILMSITE_TMDB_KEEP_DAYS", default=182)

# --- Members' own data ----------------------------------------------------------------------------------

# For so many days an export lies ready; after so many hours the next one may be ordered.
FILMSITE_EXPORT_DAYS = env.int("FILMSITE_EXPORT_DAYS", default=7)
FILMSITE_EXPORT_EVERY_HOURS = env.int("FILMSITE_EXPORT_EVERY_HOURS", default=24)
# For so many days somebody who closes their account may change their mind; then it is erased.
FILMSITE_CLOSING_DAYS = env.int("FILMSITE_CLOSING_DAYS", default=14)

# --- What members bring in ------------------------------------------------------------------------------

# The largest file that a member may send, in bytes, and the most rows that it may have.
FILMSITE_BRING_MAX_BYTES = env.int("FILMSITE_BRING_MAX_BYTES", default=25 << 20)
FILMSITE_BRING_MOST_ROWS = env.int("FILMSITE_BRING_MOST_ROWS", default=200_000)
# So long a member may undo an import as a whole; then its rows are forgotten.
FILMSITE_BRING_UNDO_DAYS = env.int("FILMSITE_BRING_UNDO_DAYS", default=30)
# So long what was read waits for the member to take it over; then it is forgotten.
FILMSITE_BRING_PREVIEW_DAYS = env.int("FILMSITE_BRING_PREVIEW_DAYS", default=7)
# Members of fewer days bring in at most so many texts a day, whatever days these claim to be of.
FILMSITE_BRING_YOUNG_DAYS = env.int("FILMSITE_BRING_YOUNG_DAYS", default=7)
FILMSITE_BRING_YOUNG_TEXTS = env.int("FILMSITE_BRING_YOUNG_TEXTS", default=20)

# --- The read API ---------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": FILMSITE_NAME,
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# --- Openness: notices of rights-holders, the log, what is kept how long -------------------------------

# A receipt's link can be followed for so many days; a notice that nobody confirmed is erased after them.
FILMSITE_NOTICE_CONFIRM_DAYS = env.int("FILMSITE_NOTICE_CONFIRM_DAYS", default=14)
# So many months after the last decision about a notice the name and address of who sent it are erased.
FILMSITE_NOTICE_CONTACT_MONTHS = env.int("FILMSITE_NOTICE_CONTACT_MONTHS", default=12)
# So many months moderation keeps the words of texts that were found fine, with what was written in reporting them; and of
# all others, which count when a member breaks a rule again, once nobody can appeal any more.
FILMSITE_KEPT_CASE_MONTHS = env.int("FILMSITE_KEPT_CASE_MONTHS", default=12)
FILMSITE_DECIDED_CASE_MONTHS = env.int("FILMSITE_DECIDED_CASE_MONTHS", default=24)

# --- Fairness: measures, appeals, the pace of new members ----------------------------------------------

# So many days a member can appeal against a decision; the author of a hidden text can answer before it is decided.
FILMSITE_APPEAL_DAYS = env.int("FILMSITE_APPEAL_DAYS", default=183)
FILMSITE_ANSWER_DAYS = env.int("FILMSITE_ANSWER_DAYS", default=7)
# An appeal without an answer for so many days goes to the head of the queue, and its author is told that it is late.
FILMSITE_APPEAL_LATE_DAYS = env.int("FILMSITE_APPEAL_LATE_DAYS", default=7)
# After so many days a text that was hidden or removed is shown again until somebody answers. Of both, 0 is never.
FILMSITE_APPEAL_SHOWN_DAYS = env.int("FILMSITE_APPEAL_SHOWN_DAYS", default=14)
# So many days after joining somebody is new here, and does so much within a day. 0 days: nobody is.
FILMSITE_NEW_MEMBER_DAYS = env.int("FILMSITE_NEW_MEMBER_DAYS", default=14)
FILMSITE_NEW_MEMBER_MESSAGES_A_DAY = env.int("FILMSITE_NEW_MEMBER_MESSAGES_A_DAY", default=20)
FILMSITE_NEW_MEMBER_OPINIONS_A_DAY = env.int("FILMSITE_NEW_MEMBER_OPINIONS_A_DAY", default=5)
FILMSITE_NEW_MEMBER_LINKS_A_DAY = env.int("FILMSITE_NEW_MEMBER_LINKS_A_DAY", default=3)
FILMSITE_NEW_MEMBER_VOTES_A_DAY = env.int("FILMSITE_NEW_MEMBER_VOTES_A_DAY", default=50)
# The same of somebody whom a moderator has slowed down.
FILMSITE_SLOW_MESSAGES_A_DAY = env.int("FILMSITE_SLOW_MESSAGES_A_DAY", default=3)
FILMSITE_SLOW_OPINIONS_A_DAY = env.int("FILMSITE_SLOW_OPINIONS_A_DAY", default=1)
FILMSITE_SLOW_LINKS_A_DAY = env.int("FILMSITE_SLOW_LINKS_A_DAY", default=1)
FILMSITE_SLOW_VOTES_A_DAY = env.int("FILMSITE_SLOW_VOTES_A_DAY", default=20)

# --- Limits (number/period per member) ------------------------------------------------------------------

FILMSITE_LIMITS = {
    "vote": "120/minute",
    "watch": "120/minute",
    "diary": "60/minute",
    # Making a list; and putting something in, moving or changing it.
    "list": "30/hour",
    "list_entry": "240/minute",
    # Following, blocking and muting, and the answers to who asks to follow.
    "follow": "120/hour",
    "review": "20/hour",
    "draft": "120/minute",
    "preview": "60/minute",
    "report": "20/hour",
    # Better words for sentences of translations; and reports of bad ones.
    "correction": "60/hour",
    "bad_translation": "20/hour",
    "compose_check": "60/minute",
    # What members choose and say of themselves.
    "settings": "60/minute",
    # Searches in messages, of a member or an address.
    "search": "60/minute",
    # Searches for names that tell how many messages have the word.
    "search_count": "60/minute",
    # Requests of one address to the read API.
    "api": "120/minute",
    "proposal": "30/hour",
    "import": "20/hour",
    "picture": "20/hour",
    "export": "10/hour",
    "close": "20/hour",
    # Notices of rights-holders: from one address of the network, and receipts to one address of mail.
    "notice": "10/hour",
    "notice_mail": "20/day",
}

# --- Logs -----------------------------------------------------------------------------------------------

LOG_FORMAT = env.str("LOG_FORMAT", default="json" if PRODUCTION else "console")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
        },
        "console": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.dev.ConsoleRenderer(colors=False),
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {"filmsite": {"level": env.str("LOG_LEVEL", default="INFO")}},
}
DJANGO_STRUCTLOG_CELERY_ENABLED = True
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
