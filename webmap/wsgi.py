"""The WSGI application that the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")
django = get_wsgi_application()

from layers.metering import count_by_itself  # noqa: E402  (needs Django set up)
from layers.ogc.lane import with_lane  # noqa: E402

count_by_itself()
application = with_lane(django)
