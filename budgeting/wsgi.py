"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "budgeting.settings")
application = get_wsgi_application()

from budgeting.bodies import Request  # noqa: E402  (it imports models, which are ready from here on)

application.request_class = Request
