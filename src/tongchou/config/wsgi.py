"""The WSGI entry that granian serves."""

import os
import signal

from django.core.wsgi import get_wsgi_application

from tongchou.postgres.watchdog import end_with_parent

if os.environ.get("TONGCHOU_CHILD"):
    end_with_parent(signal.SIGKILL)  # a worker whose server was killed would keep the port and answer with what it knew
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongchou.config.settings")
application = get_wsgi_application()
