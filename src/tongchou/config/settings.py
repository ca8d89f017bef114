"""Django settings. Everything that differs between places comes from the environment; nothing is secret here.

TONGCHOU_HOME, TONGCHOU_DATABASE_URL, TONGCHOU_SECRET_KEY, TONGCHOU_KEY_FILE, TONGCHOU_HOSTS, TONGCHOU_HTTPS, TONGCHOU_PASSWORD_PROFILE,
TONGCHOU_WITNESS_KEY, TONGCHOU_BOUNDARIES.
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from tongchou import postgres
from tongchou.record.access.passwords import validators

PACKAGE = Path(__file__).resolve().parent.parent
HOME = postgres.home()


def _secret_key() -> str:
    """The signing key: from the environment, else made once and kept beside the data with mode 0600."""
    given = os.environ.get("TONGCHOU_SECRET_KEY")
    if given:
        return given
    path = HOME / "keys" / "django.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = secrets.token_urlsafe(50)
        part = path.with_suffix(f".{os.getpid()}.new")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(made)
        try:
            os.link(part, path)  # atomic: the first process wins, the others read what it wrote
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_text()


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = {k: v[-1] for k, v in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", unquote(parts.hostname or "")),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


SECRET_KEY = _secret_key()
KEY_FILE = Path(os.environ.get("TONGCHOU_KEY_FILE", str(HOME / "keys" / "record.json")))
WITNESS_KEY_FILE = Path(os.environ.get("TONGCHOU_WITNESS_KEY", str(KEY_FILE.parent / "witness.pem")))
BOUNDARIES = os.environ.get("TONGCHOU_BOUNDARIES", str(HOME / "boundaries.geojson"))
SEALING_PROFILE = os.environ.get("TONGCHOU_SEALING_PROFILE", "aes")
PASSWORD_PROFILE = os.environ.get("TONGCHOU_PASSWORD_PROFILE", "asvs")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("TONGCHOU_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
HTTPS = os.environ.get("TONGCHOU_HTTPS", "") == "1"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "procrastinate.contrib.django",
    "tongchou.record",
    "tongchou.web",
    "tongchou.jobs",
    "tongchou.rooms.command.apps.CommandConfig",
    "tongchou.rooms.assessment.apps.AssessmentConfig",
    "tongchou.rooms.requests.apps.RequestsConfig",
    "tongchou.rooms.plans.apps.PlansConfig",
    "tongchou.rooms.risk.apps.RiskConfig",
    "tongchou.rooms.resumption.apps.ResumptionConfig",
    "tongchou.rooms.supervision.apps.SupervisionConfig",
    "tongchou.rooms.service.apps.ServiceConfig",
    "tongchou.rooms.matching.apps.MatchingConfig",
    "tongchou.rooms.policies.apps.PoliciesConfig",
    "tongchou.rooms.trust.apps.TrustConfig",
    "tongchou.rooms.projects.apps.ProjectsConfig",
    "tongchou.rooms.enterprises.apps.EnterprisesConfig",
    "tongchou.rooms.directives.apps.DirectivesConfig",
    "tongchou.rooms.daily.apps.DailyConfig",
    "tongchou.rooms.schools.apps.SchoolsConfig",
    "tongchou.rooms.rural.apps.RuralConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "tongchou.config.urls"
WSGI_APPLICATION = "tongchou.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": _database(postgres.locate())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "record.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
FORMAT_MODULE_PATH = "tongchou.config.formats"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024

ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"

# ---- sign-in, session, security headers ----
# TONGCHOU_DEMO_MFA=1: the second factor is enforced in a demo district too.
# TONGCHOU_PROXY=1: believe X-Forwarded-For and -Proto, which one's own proxy sets.

DEMO_MFA = os.environ.get("TONGCHOU_DEMO_MFA", "") == "1"
BEHIND_PROXY = os.environ.get("TONGCHOU_PROXY", "") == "1"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SESSION_IDLE_SECONDS = 15 * 60
SESSION_ABSOLUTE_SECONDS = 12 * 3600
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_FAILURE_VIEW = "tongchou.web.failures.csrf_failed"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_SSL_REDIRECT = False  # the proxy in front does it

MIDDLEWARE.insert(0, "tongchou.api.middleware.problems")
MIDDLEWARE.insert(1, "tongchou.web.middleware.security_headers")
MIDDLEWARE.insert(
    MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1,
    "tongchou.web.middleware.session_limits",
)
TEMPLATES[0]["DIRS"] = [PACKAGE / "web" / "templates"]  # before allauth's own templates
TEMPLATES[0]["OPTIONS"]["context_processors"].append("tongchou.web.context.page_context")  # type: ignore[index]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tongchou.web.adapters.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/sign-in"
MFA_ADAPTER = "tongchou.web.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # accounts have no e-mail

# Shared by all processes: a one-time code that was used in one is used in every other.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the unlock time that was shown stays true
AXES_LOCKOUT_CALLABLE = "tongchou.web.adapters.keep_response"
AXES_CLIENT_IP_CALLABLE = "tongchou.web.adapters.client_address"
AXES_DISABLE_ACCESS_LOG = True  # the ledger has the sign-ins
AXES_SENSITIVE_PARAMETERS = ["username", "password", "code"]
AXES_VERBOSE = False

AUTH_PASSWORD_VALIDATORS = validators(PASSWORD_PROFILE)

DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
