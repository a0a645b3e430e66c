"""moto's application, shared by all stand-ins of a process."""

from functools import cache

from moto.core import responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

MOTO = DomainDispatcherApplication(create_backend_app)

# At each request moto looks for the host's backend in its own folder, and for the action in all members of a class.
for _owner, _name in ((MOTO, "get_backend_for_host"), (responses, "method_names_from_class")):
    if hasattr(_owner, _name):  # of moto's own; another release may call it something else
        setattr(_owner, _name, cache(getattr(_owner, _name)))
