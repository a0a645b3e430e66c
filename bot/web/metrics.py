"""The response of /metrics: this process's own counters, in Prometheus format."""

from prometheus_client import generate_latest


def metrics() -> bytes:
    return generate_latest()
