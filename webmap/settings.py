"""Settings of the site. One file; the environment decides what differs.

``webmap/startup/environment.py`` declares the variables, ``.env.example`` lists them;
``data/city.toml`` holds the rules of the city.
"""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlparse

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from spatial.city import city
from webmap.startup.logs import without_traceback
from webmap.startup.reading import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
env = environment()
DEBUG = env.DEBUG
ALLOWED_HOSTS = list(env.ALLOWED_HOSTS)


def _secret_key() -> str:
    if env.SECRET_KEY:
        return env.SECRET_KEY
    kept = VAR / "secret_key"
    if not kept.exists():
        VAR.mkdir(exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(get_random_secret_key())
    return kept.read_text().strip()


# A database machine that vanishes without a word is noticed within about 15 s, not after
# the two hours of TCP. (A socket in the file system needs and takes none of it.)
KEEP_ALIVE = {
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


def _database(url: str) -> dict:
    parts = urlparse(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": query.pop("port", None) or parts.port or "",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # Each parallel worker starts with a cold PROJ: 20 ms for its first transform.
            "options": "-c max_parallel_workers_per_gather=0 -c jit=off",
            "application_name": "tujing",
            "connect_timeout": 3,
            **KEEP_ALIVE,
            **query,
        },
    }


def _as_reader(url: str) -> dict:
    """How requests from outside reach a database: as a login that may only read shares.

    In the private cluster, whose socket directory is closed, that login needs no password.
    """
    given = _database(url)
    private = given["HOST"].startswith("/") and not given["PASSWORD"]
    return {**given, "USER": "tujing_reader"} if private else given


def _database_url() -> str:
    kept = VAR / "database_url"
    url = env.DATABASE_URL or (kept.read_text().strip() if kept.exists() else "")
    if not url:
        raise ImproperlyConfigured(
            "没有数据库：请先运行 script/setup，或设置 DATABASE_URL"
            " / no database: run script/setup, or set DATABASE_URL"
        )
    return url


def _owner_database() -> dict | None:
    """The login of the database's owner; None where the site's own login is the owner too.

    Raises:
        ImproperlyConfigured: it stands in the environment while the site's own does not: that
            of the private cluster would migrate a database of another server.
    """
    kept = VAR / "owner_url"
    if env.OWNER_DATABASE_URL and not env.DATABASE_URL:
        raise ImproperlyConfigured(
            "设置了 OWNER_DATABASE_URL 而没有设置 DATABASE_URL：两者须指同一个数据库"
            " / OWNER_DATABASE_URL without DATABASE_URL: both name one database"
        )
    if env.DATABASE_URL:
        return _database(env.OWNER_DATABASE_URL) if env.OWNER_DATABASE_URL else None
    return _database(kept.read_text().strip()) if kept.exists() else None


SECRET_KEY = _secret_key()
DATABASES = {"default": _database(_database_url())}
# Called by the commands that need it, so that the processes of the site do not hold its password.
OWNER_DATABASE = _owner_database
OUTSIDE_DATABASE = _as_reader(env.OUTSIDE_DATABASE_URL or _database_url())
REPLICA_DATABASES = [_as_reader(u) for u in env.REPLICA_DATABASE_URLS]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Pages of other origins may read the API below /ogc with a key, or what is public; with a
# visitor's session never, whatever stands here: CORS_ALLOW_CREDENTIALS stays off.
CORS_ALLOW_ALL_ORIGINS = "*" in env.CORS_ORIGINS
CORS_ALLOWED_ORIGINS = [origin for origin in env.CORS_ORIGINS if origin != "*"]
CORS_URLS_REGEX = r"^/ogc(/|$)"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
CORS_ALLOW_HEADERS = [
    "Accept",
    "Accept-Language",
    "Authorization",
    "Content-Crs",
    "Content-Type",
    "If-Match",
    "If-None-Match",
    "OGC-Change-Document",
    "OGC-Change-Reason",
    "OGC-Mutation-Datetime",
    "Prefer",
]
CORS_EXPOSE_HEADERS = [
    "Accept-Patch",
    "Accept-Post",
    "Allow",
    "Content-Crs",
    "Content-Disposition",
    "Content-Location",
    "ETag",
    "Link",
    "Location",
    "Memento-Datetime",
    "OGC-NumberMatched",
    "OGC-NumberReturned",
    "Preference-Applied",
    "Retry-After",
    "WWW-Authenticate",
]


def _registers() -> list[str]:
    """The registers: every folder of ``spatial`` that is an app. No list names them."""
    return sorted(f"spatial.{path.parent.name}" for path in BASE_DIR.glob("spatial/*/apps.py"))


INSTALLED_APPS = [
    "corsheaders",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.gis",
    "django.contrib.humanize",
    "django_tasks",
    "django_tasks_db",
    "spatial.versions",  # before the registers: what guards them after a migrate is made by it
    *(name for name in _registers() if name != "spatial.versions"),
    "grid",
    "layers",
    "importers",
    "webmap",
]

# While the database is away: paths whose clients read an answer of their own, and what
# makes it of the text and the named groups of the pattern.
OUTAGE_ANSWERS = {
    r"/open311/v2/.*?(?:\.(?P<form>json|xml))?": "webmap.open311.answers.outage",
}

MIDDLEWARE = [
    "webmap.web.sent_files.SentByFront",  # first: of an answer that is finished
    "webmap.web.security.Guarded",
    "layers.ogc.server.origins.OtherOrigins",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "webmap.web.language.ChosenLanguage",
    "webmap.web.outage.DatabaseAway",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "webmap.web.access_log.NamedRequests",
    "webmap.web.idle.IdleTimeOut",
    "webmap.web.refused_writes.RefusedWrites",
    "webmap.web.signed_in.StillSignedIn",
    "webmap.web.obligations.Obligations",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "webmap.web.errors.RefusalAnswers",
]

CSRF_FAILURE_VIEW = "webmap.web.site.csrf_refused"
ROOT_URLCONF = "webmap.urls"
WSGI_APPLICATION = "webmap.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "webmap" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "webmap.web.site.site",
            ]
        },
    }
]

LANGUAGE_CODE = city().language
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "webmap" / "locale"]
TIME_ZONE = city().time_zone
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "webmap" / "static",
    ("maplibre-gl", BASE_DIR / "node_modules" / "maplibre-gl" / "dist"),
    ("proj4", BASE_DIR / "node_modules" / "proj4" / "dist"),
    ("tabulator", BASE_DIR / "node_modules" / "tabulator-tables" / "dist"),
    ("terra-draw", BASE_DIR / "node_modules" / "terra-draw" / "dist"),
    (
        "terra-draw-maplibre-gl-adapter",
        BASE_DIR / "node_modules" / "terra-draw-maplibre-gl-adapter" / "dist",
    ),
    ("chart", BASE_DIR / "node_modules" / "chart.js" / "dist"),
]
STATICFILES_FINDERS = [
    "webmap.web.static_files.UsedFiles",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "webmap.web.static_files.HashedFiles"},
}
WHITENOISE_MIMETYPES = {".mjs": "text/javascript"}

LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"max_similarity": 0.6},  # a short name written twice is its like too
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "webmap.accounts.passwords.NewPassword"},
]

# Who passes requests on to us from another machine, and says for whom.
PROXIES = frozenset(env.FORWARDED_ALLOW_IPS)
# Passwords in tests are hashed quickly by tests/settings; here Django's default stands.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# A pooler in transaction mode (pgbouncer) hands every transaction another connection.
PREPARED_STATEMENTS = env.PREPARED_STATEMENTS

# The city's identity provider, if people sign in there.
OIDC_ISSUER = env.OIDC_ISSUER
OIDC_CLIENT_ID = env.OIDC_CLIENT_ID
OIDC_CLIENT_SECRET = env.OIDC_CLIENT_SECRET
OIDC_NAME = env.OIDC_NAME
OIDC_ROLES_CLAIM = env.OIDC_ROLES_CLAIM

SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
# Told on https alone; over plain http, on an isolated network, nothing changes.
SECURE_HSTS_SECONDS = env.HSTS_SECONDS
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# The address under which others reach this site, for messages that no request asked for.
SITE_URL = env.SITE_URL
SECURITY_CONTACT = env.SECURITY_CONTACT
# Webhooks go to public addresses only, by https, unless these say otherwise.
WEBHOOK_NETWORKS = list(env.WEBHOOK_NETWORKS)
WEBHOOK_ALLOW_HTTP = env.WEBHOOK_ALLOW_HTTP

# Tiles kept in the memory of each web process; 0 keeps none.
TILE_CACHE_MB = env.TILE_CACHE_MB

# Where the head of the audit is exported to each day, and verified against.
AUDIT_HEADS = [VAR / "audit" / "heads", *([env.AUDIT_HEADS] if env.AUDIT_HEADS else [])]

# Notices: where files of channels that are not set are written, and those that are.
OUTBOX = VAR / "outbox"
OUTBOX_EMAIL = env.OUTBOX_EMAIL
OUTBOX_EMAIL_FROM = env.OUTBOX_EMAIL_FROM
OUTBOX_SMS = env.OUTBOX_SMS
OUTBOX_SMS_SECRET = env.OUTBOX_SMS_SECRET
OUTBOX_WEBHOOKS = env.OUTBOX_WEBHOOKS

# The keys of sealed personal values, outside the database.
CAP_KEY, CAP_CERTIFICATE = env.CAP_KEY, env.CAP_CERTIFICATE
SEALING_KEYS = env.SEALING_KEYS or VAR / "keys"

CASE_FILES = env.CASE_FILES or VAR / "cases"
PUBLIC_REPORTS_PER_MINUTE = env.PUBLIC_REPORTS_PER_MINUTE
PUBLIC_REPORTS_PER_MINUTE_ALL = env.PUBLIC_REPORTS_PER_MINUTE_ALL
JOB_DAYS = env.JOB_DAYS
WRITE_MAX_BYTES = env.WRITE_MAX_BYTES

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "format": "{asctime} {levelname} {name} [{request_number}] {message}",
            "style": "{",
        }
    },
    "filters": {
        "refusals": {"()": "django.utils.log.CallbackFilter", "callback": without_traceback},
        "numbers": {"()": "webmap.startup.logs.RequestNumbers"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["refusals", "numbers"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# Downloads: where files are made, how much they may take together, how long one may last,
# how many one caller may have at once (docs/downloads.md).
DOWNLOADS = env.DOWNLOADS or VAR / "downloads"
DOWNLOAD_DISK_MB = env.DOWNLOAD_DISK_MB
DOWNLOAD_SECONDS = env.DOWNLOAD_SECONDS
DOWNLOADS_PER_CALLER = 2

# Documents: finished files, the city's templates in force, fonts (docs/documents.md).
DOCUMENTS = VAR / "documents"
DOCUMENT_TEMPLATES = env.DOCUMENT_TEMPLATES or VAR / "templates"
DOCUMENT_FONTS = env.DOCUMENT_FONTS

# Maps of others: the city's list, and the disk that their tiles may take (docs/outside-maps.md).
OUTSIDE_MAPS = env.OUTSIDE_MAPS or BASE_DIR / "data" / "outside.toml"
OUTSIDE_CACHE_MB = env.OUTSIDE_CACHE_MB

TERRAIN = VAR / "terrain.tif"
IMPORT_CLUSTER = env.IMPORT_CLUSTER  # the address of a Dask scheduler

# GDAL below 3.9 cannot be told to stay off the network; no user-supplied CRS or URL
# ever reaches GeoDjango's GDAL here, and the site runs on an isolated network.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]
