"""A credential that is issued: the end of its lease, the session it may be, and the pause of issuing."""
