"""The WSGI application that the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # what is written is for this account alone
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")
django = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402  (needs Django set up)

from layers.ogc.server.fast_path import with_fast_path  # noqa: E402
from layers.sharing.metering import count_by_itself  # noqa: E402
from webmap.web.access_log import numbered  # noqa: E402
from webmap.web.profession_faults import refuse_faults  # noqa: E402

refuse_faults()
# Every view is loaded now: the first to ask waits seconds for it otherwise, and may be asking
# in the midst of an outage.
get_resolver().url_patterns  # noqa: B018
count_by_itself()
application = numbered(with_fast_path(django))
