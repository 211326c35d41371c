"""Spans and a metric of every request, by OpenTelemetry's conventions for HTTP clients.

It needs `opentelemetry-api`: `pip install "feishu-corehr[opentelemetry]"`.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from opentelemetry import metrics, trace

from . import __version__
from ._native import RequestPhase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Union

    from ._native import Observation

    _Attributes = dict[str, Union[str, int]]

__all__ = ["observer"]

# What the conventions advise for durations in seconds.
_BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]


def observer(
    *, tracer_provider: trace.TracerProvider | None = None, meter_provider: metrics.MeterProvider | None = None
) -> Callable[[Observation], None]:
    """Make a hook for `on_attempt` of either client.

    Each request that has ended becomes a span of kind CLIENT under the span that is current where the call was made,
    and is counted in `http.client.request.duration`. A request whose call was cancelled meanwhile becomes neither. No
    attribute holds an id of a process or of a person, a token or a body.

    Args:
        tracer_provider: Where the spans go; by default the global one.
        meter_provider: Where the metric goes; by default the global one.
    """
    tracer = trace.get_tracer("feishu_corehr", __version__, tracer_provider)
    meter = metrics.get_meter("feishu_corehr", __version__, meter_provider)
    durations = meter.create_histogram(
        "http.client.request.duration",
        unit="s",
        description="Duration of HTTP client requests.",
        explicit_bucket_boundaries_advisory=_BOUNDARIES,
    )

    def observe(observation: Observation) -> None:
        if observation.phase is not RequestPhase.ENDED or observation.duration_ms is None:
            return
        common = _common(observation)
        durations.record(observation.duration_ms / 1000, common)
        start = observation.started_ms * 1_000_000
        span = tracer.start_span(
            f"{observation.method} {observation.path}",
            kind=trace.SpanKind.CLIENT,
            attributes={**common, **_own(observation)},
            start_time=start,
        )
        if observation.kind is not None:
            span.set_status(trace.StatusCode.ERROR, observation.summary)
        span.end(start + observation.duration_ms * 1_000_000)

    return observe


def _common(observation: Observation) -> _Attributes:
    """What a span and the metric have in common: few values each."""
    base = urlsplit(observation.base_url)
    attributes: _Attributes = {
        "http.request.method": observation.method,
        "url.template": observation.path,
        "server.address": base.hostname or "",
        "server.port": base.port or (443 if base.scheme == "https" else 80),
    }
    status = observation.http_status
    if status is not None:
        attributes["http.response.status_code"] = status
    if observation.kind is not None:
        # A refusal may come with a status that is none.
        attributes["error.type"] = str(status) if status is not None and status >= 400 else str(observation.kind)
    return attributes


def _own(observation: Observation) -> _Attributes:
    attributes: _Attributes = {
        "feishu.corehr.operation": observation.operation,
        "feishu.corehr.call": observation.call,
        "feishu.corehr.effect": str(observation.effect),
    }
    if observation.attempt > 1:
        attributes["http.request.resend_count"] = observation.attempt - 1
    if observation.kind is not None:
        attributes["feishu.corehr.kind"] = str(observation.kind)
    if observation.code is not None:
        attributes["feishu.corehr.code"] = observation.code
    if observation.log_id is not None:
        attributes["feishu.corehr.log_id"] = observation.log_id
    return attributes
