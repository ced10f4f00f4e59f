import { metrics, trace, type Attributes } from '@opentelemetry/api';
import { aBoolean, checkOptions, type OptionKind } from '../errors/check-options.js';
import type { DecisionObserver } from '../queue/sink.js';
import type { DecisionRecord } from '../record/decision-record.js';
import type { ActiveTrace } from '../record/record-maker.js';

export { observeState, type ObservedPolicy, type ObservedState } from './observe-state.js';

/** Options for {@link openTelemetry}. */
export interface OpenTelemetryOptions {
  /** Whether each decision is an event on the active span. Default `true`. */
  readonly events?: boolean;
  /** Whether decisions are counted and timed. Default `true`. */
  readonly metrics?: boolean;
}

const kinds = { events: aBoolean, metrics: aBoolean } satisfies {
  readonly [Option in keyof OpenTelemetryOptions]-?: OptionKind;
};

/**
 * Reports decisions to OpenTelemetry: an event `nanook.decision` on the active span, the counter `nanook.decisions`, and the histogram
 * `nanook.decision.duration` in seconds. The metrics have attributes with few values only: outcome, kind and type of the resource.
 *
 * @throws {NanookLogError} `NANOOK_LOG_INVALID_OPTION`
 * @example
 * const log = decisionLog({ sinks: [openTelemetry()], trace: activeTrace });
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): DecisionObserver {
  checkOptions('openTelemetry', options, kinds);
  const { events = true, metrics: measures = true } = options;
  const measure = measures ? measuring() : undefined;
  return {
    name: 'opentelemetry',
    observe(record) {
      if (events) trace.getActiveSpan()?.addEvent('nanook.decision', eventOf(record));
      measure?.(record);
    },
  };
}

/** Returns the ids of the active span, for the option `trace` of `decisionLog`. */
export function activeTrace(): ActiveTrace | undefined {
  const context = trace.getActiveSpan()?.spanContext();
  return context && { traceId: context.traceId, spanId: context.spanId };
}

function measuring(): (record: DecisionRecord) => void {
  const meter = metrics.getMeter('@nanook/log');
  const count = meter.createCounter('nanook.decisions', { description: 'Decisions of the policy' });
  const duration = meter.createHistogram('nanook.decision.duration', {
    description: 'Time of a decision',
    unit: 's',
    advice: { explicitBucketBoundaries: [1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.1, 1, 10] },
  });
  return ({ outcome, kind, resource, durationMs, sampled = 1 }) => {
    const attributes = {
      'nanook.outcome': outcome,
      'nanook.kind': kind,
      ...(resource?.type !== undefined && { 'nanook.resource.type': resource.type }),
    };
    count.add(Math.round(1 / sampled), attributes);
    if (durationMs !== undefined) duration.record(durationMs / 1_000, attributes);
  };
}

/** Returns the attributes of an event. Attributes with the value `undefined` are left out by the exporter. */
function eventOf(record: DecisionRecord): Attributes {
  const { rule, actor, resource, fields } = record;
  return {
    'nanook.decision.id': record.id,
    'nanook.outcome': record.outcome,
    'nanook.kind': record.kind,
    'nanook.actor.type': actor?.type,
    'nanook.actor.id': actor?.id,
    'nanook.action': record.action ?? undefined,
    'nanook.resource.type': resource?.type,
    'nanook.resource.id': resource?.id,
    'nanook.field': record.field,
    'nanook.fields.allowed': fields && [...fields.allowed],
    'nanook.fields.denied': fields && [...fields.denied],
    'nanook.fields.undecided': fields && [...fields.undecided],
    'nanook.tenant': record.tenant,
    'nanook.rule': rule && `${rule.file ?? ''}:${rule.line}`,
    'nanook.policy': record.policy,
    'nanook.policy.version': record.policyVersion,
    'nanook.error.code': record.errorCode,
    'nanook.reason': record.reason,
  };
}
