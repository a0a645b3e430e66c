"""moto's application, shared by all stand-ins of a process. What moto computes for each request, it computes once."""

from functools import cache

from moto.core import responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

MOTO = DomainDispatcherApplication(create_backend_app)

# moto looks for a host's backend in its own folder, and for an action in all members of a class.
MOTO.get_backend_for_host = cache(MOTO.get_backend_for_host)  # type: ignore[method-assign]
responses.method_names_from_class = cache(responses.method_names_from_class)  # type: ignore[attr-defined]
