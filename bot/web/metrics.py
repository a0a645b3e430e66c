"""What /metrics answers: this process's own counters, as Prometheus reads them."""

from prometheus_client import generate_latest


def metrics() -> bytes:
    return generate_latest()
