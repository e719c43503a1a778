"""All settings, in one place, from the environment.

Without DATABASE_URL and REDIS_URL the embedded PostgreSQL and Valkey serve.
Without SECRET_KEY and the like, demo values are used, and only in demo mode:
production (DEMO_MODE=false) refuses to start with them.
"""

import os
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from environs import Env

from eqfund import embedded, secret_files
from eqfund.limits_table import Limit

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(str(BASE_DIR / ".env"), override=False)
secret_files.read_into(os.environ)  # SECRET_KEY_FILE and the like: how a vault hands them over

VAR_DIR = Path(env.str("EQFUND_VAR", str(BASE_DIR / "var")))
DEMO_MODE = env.bool("DEMO_MODE", True)
DEBUG = env.bool("DEBUG", False)

# Secrets. The demo's are public, and refused outside demo mode.

DEMO_SECRET = "demo-only-" + "not-a-secret-" * 4
SECRET_KEY = env.str("SECRET_KEY", DEMO_SECRET)
FIELD_KEYS = env.list("FIELD_KEYS", [DEMO_SECRET])  # the newest writes; docs/runbooks/keys.md
INDEX_KEYS = env.list("INDEX_KEYS", [env.str("INDEX_KEY", DEMO_SECRET)])  # two while it changes
SEAL_KEYS = env.list(
    "SEAL_KEYS", [DEMO_SECRET]
)  # of the audit book; oldest first, none ever leaves
if not DEMO_MODE and DEMO_SECRET in (SECRET_KEY, *INDEX_KEYS, *FIELD_KEYS, *SEAL_KEYS):
    raise ImproperlyConfigured(
        "Set SECRET_KEY, FIELD_KEYS, INDEX_KEY and SEAL_KEYS: the demo's secrets are public and serve in demo mode only."
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEMO_MODE else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_linear_migrations",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "eqfund",
    "screening",
    "attendance",
    "payments",
    "monitoring.progress",
    "rehearsal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "eqfund.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "eqfund.middleware.MomentMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "eqfund.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "eqfund.middleware.PlainTextMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "eqfund.middleware.RefusedAccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "eqfund.accounts.middleware.SessionAgeMiddleware",
    "eqfund.accounts.middleware.FirstUseMiddleware",
    "eqfund.middleware.LimitsMiddleware",
    "eqfund.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "eqfund.urls"
WSGI_APPLICATION = "eqfund.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "eqfund.pages.everywhere",
            ],
        },
    },
]
FORM_RENDERER = "eqfund.forms.Renderer"

# Services

SERVICES = embedded.ensure_services()
# The application owns no table; migrations, tests and rehearsals work as the owner.
AS_OWNER = env.str("EQFUND_DATABASE_ROLE", "application") == "owner"
DATABASE_URL = SERVICES["DATABASE_OWNER_URL" if AS_OWNER else "DATABASE_URL"]
REDIS_URL = SERVICES["REDIS_URL"]
# The application's role owns no table; the owner's role migrates and runs the tests.
AS_OWNER = env.str("EQFUND_DATABASE_ROLE", "application") == "owner"
DATABASES = {
    "default": embedded.django_database(
        SERVICES["DATABASE_OWNER_URL" if AS_OWNER else "DATABASE_URL"]
    ),
}
# Progress and heartbeats of jobs are written beside the work's own transaction.
DATABASES["beside"] = {**DATABASES["default"], "TEST": {"MIRROR": "default"}}
PROGRESS_DATABASE = "beside"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 6 * 3600}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Bangkok"
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "eqfund.tasks.sweep_jobs", "schedule": 20.0},
    "forget-exports": {"task": "eqfund.privacy.forget_exports", "schedule": 3600.0},
    "calendar-tick": {"task": "eqfund.tasks.calendar_tick", "schedule": 60.0},
    "forget-registry-rows": {
        "task": "eqfund.tasks.forget_registry_rows",
        "schedule": crontab(hour=2, minute=40),
    },
    "find-duplicates": {
        "task": "eqfund.duplicates.find_everywhere",
        "schedule": crontab(hour=3, minute=10),
    },
    "lapse-handovers": {
        "task": "eqfund.tasks.lapse_handovers",
        "schedule": crontab(hour=0, minute=20),
    },
    "keep-time": {"task": "eqfund.privacy.keep_time", "schedule": crontab(hour=3, minute=40)},
    "scan-again": {"task": "eqfund.tasks.scan_again", "schedule": 300.0},
    "seal-audit": {"task": "eqfund.tasks.seal_audit", "schedule": 60.0},
    "progress-tick": {"task": "monitoring.progress.tick", "schedule": 60.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# People

AUTH_USER_MODEL = "eqfund.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "eqfund.accounts.passwords.BreachedValidator"},
    {"NAME": "eqfund.accounts.passwords.OwnWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
PROGRAMME_NAME = env.str("PROGRAMME_NAME", "ระบบทุนเสมอภาค")
ACCOUNT_ADAPTER = "eqfund.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "eqfund.accounts.forms.LoginForm",
    "reauthenticate": "eqfund.accounts.forms.ReauthenticateForm",
    "reset_password": "eqfund.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "eqfund.accounts.forms.ResetPasswordKeyForm",
    "change_password": "eqfund.accounts.forms.ChangePasswordForm",
    "set_password": "eqfund.accounts.forms.SetPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # the gate of the first use does it, with codes
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False  # the cookie goes with the browser: schools share computers
ACCOUNT_PREVENT_ENUMERATION = True
# Failures over all addresses and over all accounts; eqfund.accounts.lockout says what each limit is for.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "60/15m/ip,50/h/key",
    "reset_password": "20/m/ip,3/15m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "second_factor": "10/15m/key,30/d/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)
MFA_ADAPTER = "eqfund.accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "eqfund.accounts.forms.AuthenticateForm",
    "reauthenticate": "eqfund.accounts.forms.MFAReauthenticateForm",
    "activate_totp": "eqfund.accounts.forms.ActivateTOTPForm",
    "add_webauthn": "eqfund.accounts.forms.AddWebAuthnForm",
    "edit_webauthn": "eqfund.accounts.forms.EditWebAuthnForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}  # a school's morning behind one address
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a found key opens no page without its PIN
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # a phone's clock half a minute off
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the gate asks for the e-mail before the factor
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO_MODE  # http://localhost
REAUTHENTICATION_SECONDS = env.int("REAUTHENTICATION_SECONDS", 10 * 60)
ACCOUNT_REAUTHENTICATION_TIMEOUT = REAUTHENTICATION_SECONDS
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "eqfund.accounts.lockout.whom"
AXES_CLIENT_IP_CALLABLE = "eqfund.accounts.lockout.address"
AXES_LOCKOUT_CALLABLE = "eqfund.accounts.lockout.response"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page says until when, and means it
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True  # the audit book has who signed in, without a table of addresses
AXES_ENABLED = env.bool("AXES_ENABLED", True)
SESSION_COOKIE_AGE = 14 * 3600
SESSION_MAX_SECONDS = env.int("SESSION_MAX_SECONDS", 12 * 3600)
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", 2 * 3600)
SMS_BACKEND = env.str("SMS_BACKEND", "eqfund.accounts.sms.console")
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", "")
SMS_GATEWAY_TOKEN = env.str("SMS_GATEWAY_TOKEN", "")
SMS_GATEWAY_FORMAT = env.str("SMS_GATEWAY_FORMAT", "json")
SMS_GATEWAY_FIELDS = env.list("SMS_GATEWAY_FIELDS", ["to", "text", "sender"])
SMS_SENDER = env.str("SMS_SENDER", "EEF")
# clamd, the scanner of uploads: "unix:/run/clamav/clamd.ctl" or "tcp:host:3310"; "" for none
ANTIVIRUS = env.str("ANTIVIRUS", "")
ANTIVIRUS_SECONDS = env.int("ANTIVIRUS_SECONDS", 20)
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
# What was just done to whom is said on the next page: never kept in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# The audit book: a page marked @audit.reads that recorded nothing is an error here, a log line in production.

STRICT_READS = env.bool("STRICT_READS", DEBUG)

# Words

LANGUAGE_CODE = "th"
LANGUAGES = [("th", _("Thai")), ("en", _("English"))]
LOCALE_PATHS = [
    BASE_DIR / "locale",
    BASE_DIR / "monitoring" / "locale",
    *sorted((BASE_DIR / "eqfund").glob("*/locale")),
]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Bangkok"
USE_THOUSAND_SEPARATOR = False

# Files

NODE_MODULES = BASE_DIR / "node_modules"
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise looks there from the first request
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *(
        (prefix, folder)
        for prefix, folder in (
            ("vendor/sarabun", NODE_MODULES / "@fontsource" / "sarabun" / "files"),
            ("vendor/signature_pad", NODE_MODULES / "signature_pad" / "dist"),
        )
        if folder.is_dir()
    ),
]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "files"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if bucket := env.str("S3_BUCKET", ""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": env.str("S3_ENDPOINT_URL", None),
            "querystring_auth": True,
        },
    }
if not DEMO_MODE:
    STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
WHITENOISE_USE_FINDERS = DEMO_MODE
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# The web's safety

HTTPS = env.bool("HTTPS", not DEMO_MODE)
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    **({"upgrade-insecure-requests": True} if HTTPS else {}),
}
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True  # htmx sends the token that stands in the page
CSRF_COOKIE_SAMESITE = "Lax"
# The prefix makes a browser refuse these cookies from a subdomain, a path or without TLS.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
LANGUAGE_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
USE_X_FORWARDED_HOST = False
DATA_UPLOAD_MAX_NUMBER_FILES = 20
# Who asks more often than this is told to wait: per person, or per address of nobody signed in.
RATE_LIMITS: dict[str, Limit] = {
    "export": Limit(
        20,
        60,
        (
            "audit:export",
            "audit:export-file",
            "payments:round-left-out-csv",
            "payments:result-bad-rows",
            "progress:office-csv",
            "registry:import-errors",
        ),
    ),
    "print": Limit(
        60,
        60,
        (
            "payments:class-receipts",
            "payments:class-sheet",
            "payments:letter",
            "payments:letters-print",
            "payments:receipt-pdf",
            "payments:refund-slip",
            "screening:meeting-pdf",
        ),
    ),
    "search": Limit(
        60,
        60,
        ("registry:pupils", "schools:schools", "progress:offices", "audit:events"),
        ("name", "q", "person", "place"),
    ),
    "upload": Limit(120, 60),
    "open": Limit(60, 60),
}

# Mail

MAILERS: dict[str, Any] = {
    "default": {
        "BACKEND": "eqfund.accounts.mail.InboxBackend"
        if DEMO_MODE
        else "django.core.mail.backends.console.EmailBackend"
    }
}
if host := env.str("EMAIL_HOST", ""):
    MAILERS["default"] = {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": host,
            "port": env.int("EMAIL_PORT", 587),
            "username": env.str("EMAIL_HOST_USER", ""),
            "password": env.str("EMAIL_HOST_PASSWORD", ""),
            "use_tls": env.bool("EMAIL_USE_TLS", True),
        },
    }
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "eqfund <no-reply@localhost>")

# The programme's contacts (letters 000 and 004; DOMAIN 3.1), shown on every page and letter.

CONTACT_PHONE = env.str("CONTACT_PHONE", "0 2079 5475 กด 1")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "CCT_support@eef.or.th")
CONTACT_LINE = env.str("CONTACT_LINE", "@cctthailand")

# Letter 08: where its code leads, and who writes and signs it. No name until the fund gives one.
PUBLIC_URL = env.str("PUBLIC_URL", "http://localhost:8000")
LETTER_ISSUER = env.str("LETTER_ISSUER", "กองทุนเพื่อความเสมอภาคทางการศึกษา")
LETTER_ADDRESS = env.str("LETTER_ADDRESS", "")
LETTER_SIGNATORY = env.str("LETTER_SIGNATORY", "")
LETTER_SIGNATORY_POSITION = env.str(
    "LETTER_SIGNATORY_POSITION", "ผู้จัดการกองทุนเพื่อความเสมอภาคทางการศึกษา"
)

# The fund's biller for refunds: a made-up one until the fund gives its own.
BILLER_ID = env.str("BILLER_ID", "099999999999901")
BILLER_NAME = env.str("BILLER_NAME", "กสศ. (ตัวอย่าง)")
BANK_COMPANY_ID = env.str("BANK_COMPANY_ID", "EQFUND")
BANK_ACCOUNT = env.str("BANK_ACCOUNT", "0000000000")
BANK_CODE = env.str("BANK_CODE", "006")
FUND_NAME = env.str("FUND_NAME", "กองทุนเพื่อความเสมอภาคทางการศึกษา")

# Rows of registry files: previews that nobody confirmed, and names of what was recorded.
REGISTRY_PREVIEW_DAYS = env.int("REGISTRY_PREVIEW_DAYS", 14)
REGISTRY_ROWS_DAYS = env.int("REGISTRY_ROWS_DAYS", 90)

GRACE_HOURS = env.int("GRACE_HOURS", 72)

DEFAULT_EXCEPTION_REPORTER_FILTER = "eqfund.privacy.logs.ReportFilter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "eqfund.privacy.logs.PlainFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
}
SILENCED_SYSTEM_CHECKS = env.list("SILENCED_SYSTEM_CHECKS", [])
