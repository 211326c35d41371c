/** Spans and a metric of every request, by OpenTelemetry's conventions for HTTP clients. It needs `@opentelemetry/api`. */

import { metrics, SpanKind, SpanStatusCode, trace, type Attributes, type MeterProvider, type TracerProvider } from "@opentelemetry/api";

import type { Observation } from "./core.js";

/** Where spans and the metric go; by default to the global providers. */
export interface ObserverOptions {
  tracerProvider?: TracerProvider | undefined;
  meterProvider?: MeterProvider | undefined;
}

const NAME = "feishu-corehr";
/** What the conventions advise for durations in seconds. */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * Makes a hook for `onAttempt`. Each request that has ended becomes a span of kind CLIENT under the span that is active where
 * the call was made, and is counted in `http.client.request.duration`. A request whose call was aborted meanwhile becomes
 * neither. No attribute holds an id of a process or of a person, a token or a body.
 */
export function observer({ tracerProvider, meterProvider }: ObserverOptions = {}): (observation: Observation) => void {
  const tracer = (tracerProvider ?? trace).getTracer(NAME);
  const durations = (meterProvider ?? metrics).getMeter(NAME).createHistogram("http.client.request.duration", {
    unit: "s",
    description: "Duration of HTTP client requests.",
    advice: { explicitBucketBoundaries: BOUNDARIES },
  });
  return (observation) => {
    const { phase, duration_ms, started_ms, kind, summary, method, path } = observation;
    if (phase !== "ended" || duration_ms === null) {
      return;
    }
    const common = commonOf(observation);
    durations.record(duration_ms / 1000, common);
    const span = tracer.startSpan(`${method} ${path}`, {
      kind: SpanKind.CLIENT,
      attributes: { ...common, ...ownOf(observation) },
      startTime: new Date(started_ms),
    });
    if (kind !== null) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: summary });
    }
    span.end(new Date(started_ms + duration_ms));
  };
}

/** What a span and the metric have in common: few values each. */
function commonOf({ base_url, method, path, http_status, kind }: Observation): Attributes {
  const { protocol, hostname, port } = new URL(base_url);
  const attributes: Attributes = {
    "http.request.method": method,
    "url.template": path,
    // An address in the place of a name stands in brackets in a URL only.
    "server.address": hostname.replace(/^\[|\]$/g, ""),
    "server.port": Number(port === "" ? (protocol === "https:" ? 443 : 80) : port),
  };
  if (http_status !== null) {
    attributes["http.response.status_code"] = http_status;
  }
  if (kind !== null) {
    // A refusal may come with a status that is none.
    attributes["error.type"] = http_status !== null && http_status >= 400 ? String(http_status) : kind;
  }
  return attributes;
}

function ownOf({ operation, call, effect, attempt, kind, code, log_id }: Observation): Attributes {
  const attributes: Attributes = {
    "feishu.corehr.operation": operation,
    "feishu.corehr.call": call,
    "feishu.corehr.effect": effect,
  };
  if (attempt > 1) {
    attributes["http.request.resend_count"] = attempt - 1;
  }
  for (const [name, value] of Object.entries({ kind, code, log_id })) {
    if (value !== null) {
      attributes[`feishu.corehr.${name}`] = value;
    }
  }
  return attributes;
}
