"""The adapter to OpenTelemetry, seen by the SDK's exporters in memory."""

import asyncio
import socket
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from servers import Server

import feishu_corehr as feishu
from feishu_corehr import System
from feishu_corehr.opentelemetry import observer

WITHDRAW = "/open-apis/corehr/v2/process_withdraw/{process_id}"
READ = "/open-apis/corehr/v2/processes/{process_id}"


class Telemetry:
    def __init__(self) -> None:
        self.spans, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        self.hook = observer(tracer_provider=self.tracers, meter_provider=MeterProvider([self.reader]))

    def ended(self) -> "list[Any]":
        return [span for span in self.spans.get_finished_spans() if span.name != "caller"]

    def points(self) -> "list[tuple[dict[str, Any], int]]":
        (scope,) = self.reader.get_metrics_data().resource_metrics[0].scope_metrics
        (metric,) = scope.metrics
        assert (metric.name, metric.unit) == ("http.client.request.duration", "s")
        assert metric.data.data_points[0].explicit_bounds[:2] == (0.005, 0.01)
        return [(dict(point.attributes), point.count) for point in metric.data.data_points]


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


def test_every_request_is_a_span_by_the_conventions(make: Any, sandbox: Any, telemetry: Telemetry) -> None:
    seen: list[feishu.Observation] = []

    def both(observation: feishu.Observation) -> None:
        seen.append(observation)
        telemetry.hook(observation)

    client = make(**sandbox.options(on_attempt=both))
    sandbox.fault("withdraw_process", "500-before")
    with telemetry.tracers.get_tracer("test").start_as_current_span("caller") as caller:
        client.withdraw_process(sandbox.running(), actor=System())
    spans = telemetry.ended()
    assert [span.name for span in spans] == [
        "POST /open-apis/auth/v3/tenant_access_token/internal",
        f"PUT {WITHDRAW}",
        f"GET {READ}",
        f"PUT {WITHDRAW}",
    ]
    port = int(sandbox.http.rsplit(":", 1)[1])
    common = {"server.address": "127.0.0.1", "server.port": port, "feishu.corehr.call": 1}
    failed, sent_again = spans[1], spans[3]
    assert failed.attributes == {
        **common,
        "http.request.method": "PUT",
        "url.template": WITHDRAW,
        "http.response.status_code": 500,
        "error.type": "500",
        "feishu.corehr.operation": "withdraw_process",
        "feishu.corehr.effect": "unknown",
        "feishu.corehr.kind": "http",
        "feishu.corehr.log_id": seen[3].log_id,
    }
    assert failed.status.status_code is trace.StatusCode.ERROR
    assert sent_again.attributes == {
        **common,
        "http.request.method": "PUT",
        "url.template": WITHDRAW,
        "http.response.status_code": 200,
        "http.request.resend_count": 1,
        "feishu.corehr.operation": "withdraw_process",
        "feishu.corehr.effect": "applied",
        "feishu.corehr.log_id": seen[7].log_id,
    }
    assert sent_again.status.status_code is trace.StatusCode.UNSET
    for span, told in zip(spans, seen[1::2]):
        assert span.kind is trace.SpanKind.CLIENT
        assert span.start_time == told.started_ms * 10**6
        assert span.end_time - span.start_time == (told.duration_ms or 0) * 10**6
        assert span.parent.span_id == caller.get_span_context().span_id
        assert span.instrumentation_scope.name == "feishu_corehr"
    assert sandbox.info["app_secret"] not in repr([span.to_json() for span in spans])


def test_the_duration_is_a_metric_with_few_attributes(make: Any, sandbox: Any, telemetry: Telemetry) -> None:
    client = make(**sandbox.options(on_attempt=telemetry.hook))
    for _ in range(3):
        client.get_process(sandbox.running())
    reads = [(point, count) for point, count in telemetry.points() if point["url.template"] == READ]
    ((attributes, count),) = reads
    assert count == 3
    assert sorted(attributes) == [
        "http.request.method",
        "http.response.status_code",
        "server.address",
        "server.port",
        "url.template",
    ]


def test_what_is_refused_with_a_good_status_or_fails_without_one_is_an_error_of_its_kind(
    make: Any, telemetry: Telemetry
) -> None:
    def refused(_: bytes) -> bytes:
        body = b'{"code":1160101,"msg":"no"}'
        return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)

    with Server(refused) as server:
        options = {"token": lambda: "t", "allow_insecure_loopback": True, "on_attempt": telemetry.hook}
        with pytest.raises(feishu.RejectedError):
            make(base_url=server.url, **options).withdraw_process("7", actor=System())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(feishu.Error):
            make(base_url=url, deadline=1, **options).withdraw_process("7", actor=System())
    spans = telemetry.ended()
    assert (spans[0].attributes["error.type"], spans[0].attributes["feishu.corehr.code"]) == ("rejected", 1160101)
    assert spans[0].attributes["http.response.status_code"] == 200
    assert spans[1].attributes["error.type"] == "connect"
    assert "http.response.status_code" not in spans[1].attributes


def test_calls_of_one_loop_each_have_their_own_parent(sandbox: Any, telemetry: Telemetry) -> None:
    tracer = telemetry.tracers.get_tracer("test")
    parents: list[int] = []

    async def one(client: feishu.AsyncClient) -> None:
        with tracer.start_as_current_span("caller") as caller:
            parents.append(caller.get_span_context().span_id)
            await client.get_process(sandbox.running())

    async def main() -> None:
        async with feishu.AsyncClient(**sandbox.options(on_attempt=telemetry.hook)) as client:
            await asyncio.gather(*[asyncio.create_task(one(client)) for _ in range(10)])

    asyncio.run(main())
    reads = [span for span in telemetry.ended() if span.attributes["feishu.corehr.operation"] == "get_process"]
    assert sorted(span.parent.span_id for span in reads) == sorted(parents)
    assert len({span.attributes["feishu.corehr.call"] for span in reads}) == 10
