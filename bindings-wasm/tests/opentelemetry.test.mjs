// The adapter to OpenTelemetry, seen by the SDK's exporters in memory.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import test, { after } from "node:test";

import { Client } from "feishu-corehr";

import { failure, sandbox, SYSTEM } from "./sandbox.mjs";

const feishu = await sandbox();
const { running } = feishu.processes;
// An optional peer of the package: its user has it beside the package.
const tools = process.env.FEISHU_COREHR_NPM_TOOLS;
const peers = join(fileURLToPath(new URL("..", import.meta.url)), "node_modules/@opentelemetry");
rmSync(peers, { recursive: true, force: true });
mkdirSync(peers);
symlinkSync(join(tools, "node_modules/@opentelemetry/api"), join(peers, "api"));
after(() => rmSync(peers, { recursive: true, force: true }));

const load = createRequire(pathToFileURL(join(tools, "package.json")));
const { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = load("@opentelemetry/api");
const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = load("@opentelemetry/sdk-trace-base");
const { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } = load("@opentelemetry/sdk-metrics");
const { observer } = await import("feishu-corehr/opentelemetry");

/** The least that carries the active span into a call, as the SDK for Node does. */
const storage = new AsyncLocalStorage();
context.setGlobalContextManager({
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (current, act, self, ...given) => storage.run(current, () => act.call(self, ...given)),
  bind: (_, target) => target,
  enable() { return this; },
  disable() { return this; },
});

function telemetry() {
  const spans = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  after(() => meterProvider.shutdown());
  return { spans, points, meterProvider, tracer: tracerProvider.getTracer("test"), hook: observer({ tracerProvider, meterProvider }) };
}

test("every request is a span by the conventions, under the caller's", async () => {
  const { spans, tracer, hook } = telemetry();
  const seen = [];
  const client = feishu.client({ onAttempt: (observation) => (seen.push(observation), hook(observation)) });
  await feishu.fault("withdraw_process", "500-before");
  const caller = await tracer.startActiveSpan("caller", async (span) => {
    await client.withdrawProcess({ process_id: running, actor: SYSTEM });
    return span;
  });
  const ended = spans.getFinishedSpans();
  const withdraw = "/open-apis/corehr/v2/process_withdraw/{process_id}";
  assert.deepEqual(ended.map((span) => span.name), [
    "POST /open-apis/auth/v3/tenant_access_token/internal", `PUT ${withdraw}`,
    "GET /open-apis/corehr/v2/processes/{process_id}", `PUT ${withdraw}`,
  ]);
  const told = seen.filter(({ phase }) => phase === "ended");
  const common = {
    "http.request.method": "PUT", "url.template": withdraw, "server.address": "127.0.0.1",
    "server.port": Number(new URL(feishu.http).port), "feishu.corehr.operation": "withdraw_process", "feishu.corehr.call": 1,
  };
  assert.deepEqual(ended[1].attributes, {
    ...common, "http.response.status_code": 500, "error.type": "500", "feishu.corehr.effect": "unknown",
    "feishu.corehr.kind": "http", "feishu.corehr.log_id": told[1].log_id,
  });
  assert.deepEqual(ended[3].attributes, {
    ...common, "http.response.status_code": 200, "http.request.resend_count": 1, "feishu.corehr.effect": "applied",
    "feishu.corehr.log_id": told[3].log_id,
  });
  assert.deepEqual(ended.map((span) => span.status.code), [0, SpanStatusCode.ERROR, 0, 0]);
  for (const [index, span] of ended.entries()) {
    const at = ([seconds, nanoseconds]) => seconds * 1000 + nanoseconds / 1e6;
    assert.equal(span.kind, SpanKind.CLIENT);
    assert.deepEqual([at(span.startTime), Math.round(at(span.duration))], [told[index].started_ms, told[index].duration_ms]);
    assert.equal(span.parentSpanContext.spanId, caller.spanContext().spanId);
  }
  assert.doesNotMatch(JSON.stringify(ended.map(({ name, attributes, status }) => [name, attributes, status])), new RegExp(feishu.app_secret));
});

test("the duration is a metric with few attributes", async () => {
  const { points, meterProvider, hook } = telemetry();
  const client = feishu.client({ onAttempt: hook });
  for (let round = 0; round < 3; round += 1) {
    await client.getProcess({ process_id: running });
  }
  await meterProvider.forceFlush();
  const [metric] = points.getMetrics()[0].scopeMetrics[0].metrics;
  assert.deepEqual([metric.descriptor.name, metric.descriptor.unit], ["http.client.request.duration", "s"]);
  const reads = metric.dataPoints.filter(({ attributes }) => attributes["http.request.method"] === "GET");
  assert.deepEqual(reads.map(({ value }) => [value.count, value.buckets.boundaries[0]]), [[3, 0.005]]);
  assert.deepEqual(Object.keys(reads[0].attributes).sort(), [
    "http.request.method", "http.response.status_code", "server.address", "server.port", "url.template",
  ]);
});

test("what is refused with a good status, or fails without one, is an error of its kind", async () => {
  const { spans, hook } = telemetry();
  const transports = [
    () => ({ status: 200, body: '{"code":1160101,"msg":"no"}' }),
    () => { throw new Error("no way"); },
  ];
  for (const transport of transports) {
    const client = new Client({ token: () => "t", transport, onAttempt: hook, base_url: "https://[::1]", allow_other_hosts: true });
    await failure(client.withdrawProcess({ process_id: "7", actor: SYSTEM }, { read_back: "never" }));
  }
  const [refused, failed] = spans.getFinishedSpans().map(({ attributes }) => attributes);
  assert.deepEqual([refused["error.type"], refused["feishu.corehr.code"], refused["http.response.status_code"]], ["rejected", 1160101, 200]);
  assert.deepEqual([refused["server.address"], refused["server.port"]], ["::1", 443]);
  assert.deepEqual([failed["error.type"], failed["http.response.status_code"]], [failed["feishu.corehr.kind"], undefined]);
});

test("calls at once each have their own parent", async () => {
  const { spans, tracer, hook } = telemetry();
  const client = feishu.client({ onAttempt: hook });
  const parents = await Promise.all(Array.from({ length: 10 }, () => tracer.startActiveSpan("caller", async (span) => {
    await client.getProcess({ process_id: running });
    return span.spanContext().spanId;
  })));
  const reads = spans.getFinishedSpans().filter(({ name }) => name.startsWith("GET"));
  assert.deepEqual(reads.map((span) => span.parentSpanContext.spanId).sort(), parents.sort());
  assert.equal(new Set(reads.map(({ attributes }) => attributes["feishu.corehr.call"])).size, 10);
  assert.equal(trace.getActiveSpan(), undefined);
});
