import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, expect, it } from 'vitest';
import { logged, MemorySink } from '../testing/sinks.fixture.js';
import { activeTrace, observeState, openTelemetry } from './index.js';

const spans = new InMemorySpanExporter();
const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 3_600_000 });
const meters = new MeterProvider({ readers: [reader] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(
  new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }),
);
metrics.setGlobalMeterProvider(meters);
afterAll(() => meters.shutdown());

const tracer = trace.getTracer('test');
const policies = { name: 'a.polar', source: 'allow(_, "read", _);' };

it('adds an event to the active span, and the ids of the span to the record', async () => {
  const copy = new MemorySink();
  const options = { sinks: [openTelemetry(), copy], trace: activeTrace };
  const { log, authorizer } = await logged(options, { policies, version: 'v1' });
  await tracer.startActiveSpan('request', async (span) => {
    await authorizer.can('ann', 'read', { id: 1 }, { context: { traceId: 'f'.repeat(32) } });
    await Promise.resolve();
    await authorizer.can('ann', 'write', { id: 2 });
    span.end();
  });
  await log.close();
  const [span] = spans.getFinishedSpans();
  const { traceId, spanId } = span!.spanContext();
  expect(copy.records).toMatchObject([
    { traceId, spanId },
    { traceId, spanId },
  ]);
  expect(span!.events.map(({ name }) => name)).toEqual(['nanook.decision', 'nanook.decision']);
  expect(span!.events.map(({ attributes }) => attributes)).toMatchObject([
    {
      'nanook.decision.id': copy.records[0]!.id,
      'nanook.outcome': 'allowed',
      'nanook.kind': 'allow',
      'nanook.actor.id': 'ann',
      'nanook.action': 'read',
      'nanook.resource.id': '1',
      'nanook.rule': 'a.polar:1',
      'nanook.policy': authorizer.policy.hash,
      'nanook.policy.version': 'v1',
    },
    { 'nanook.outcome': 'denied', 'nanook.reason': 'no rule for "write" matched' },
  ]);
});

it('names the fields of one decision about several fields', async () => {
  spans.reset();
  const fieldPolicy = { name: 'a.polar', source: 'allow_field(_, "read", _, "title");' };
  const { log, authorizer } = await logged(
    { sinks: [openTelemetry({ metrics: false })] },
    { policies: fieldPolicy },
  );
  await tracer.startActiveSpan('request', async (span) => {
    await authorizer.filterFields('ann', 'read', { id: 1 }, ['title', 'text']);
    span.end();
  });
  await log.close();
  expect(spans.getFinishedSpans()[0]!.events.map(({ attributes }) => attributes)).toMatchObject([
    { 'nanook.fields.allowed': ['title'], 'nanook.fields.denied': ['text'], 'nanook.fields.undecided': [] },
  ]);
});

it('counts and times decisions, with attributes of few values', async () => {
  const { authorizer } = await logged({ sinks: [openTelemetry({ events: false })] });
  for (let id = 0; id < 5; id++) authorizer.canSync('bob', 'read', { id });
  authorizer.canSync('bob', 'write', { id: 1 });
  await meters.forceFlush();
  const all = measured
    .getMetrics()
    .at(-1)!
    .scopeMetrics.flatMap(({ metrics: some }) => some);
  const points = (name: string) =>
    all
      .find(({ descriptor }) => descriptor.name === name)!
      .dataPoints.map(({ attributes, value }) => [attributes, value] as const);
  const counts = new Map(
    points('nanook.decisions').map(([attributes, value]) => [attributes['nanook.outcome'], value]),
  );
  // The decisions of both tests.
  expect(counts).toEqual(
    new Map([
      ['allowed', 6],
      ['denied', 2],
    ]),
  );
  for (const [attributes, value] of points('nanook.decision.duration')) {
    expect(Object.keys(attributes).toSorted()).toEqual(['nanook.kind', 'nanook.outcome']);
    expect((value as { count: number }).count).toBe(counts.get(attributes['nanook.outcome']));
  }
});

it('does nothing outside a span', async () => {
  expect(activeTrace()).toBeUndefined();
  const { authorizer, errors } = await logged({ sinks: [openTelemetry({ metrics: false })] });
  expect(authorizer.canSync('ann', 'read', 1)).toBe(true);
  expect(errors).toEqual([]);
});

it('refuses an unknown option', () => {
  expect(() => openTelemetry({ event: false } as object)).toThrow('did you mean `events`?');
});

it('measures the queues of the log and the policy in use, until it is ended', async () => {
  const status = {
    policyHash: 'f00',
    version: '1.4.0',
    since: '2027-01-31T09:00:00.000Z',
    revision: 42,
    expiresAt: '2027-02-07T09:00:00.000Z',
    candidate: { policyHash: 'ba5', version: '1.5.0', percent: 10 },
    isCurrent: true,
  };
  const sinks = [{ name: 'postgres', waiting: 3, stored: 41, dropped: 2, error: undefined }];
  const end = observeState({ log: { status: sinks }, follower: { status } });
  const collect = async (): Promise<ReadonlyMap<string, readonly (readonly [unknown, unknown])[]>> => {
    await meters.forceFlush();
    const all = measured
      .getMetrics()
      .at(-1)!
      .scopeMetrics.flatMap(({ metrics: some }) => some);
    return new Map(
      all
        .filter(({ descriptor }) => /^nanook\.(log|policy|candidate)\./.test(descriptor.name))
        .map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.map(({ attributes, value }) => [attributes, value] as const),
        ]),
    );
  };
  const sink = { 'nanook.sink': 'postgres' };
  // `date -d … +%s` prints these seconds.
  expect(await collect()).toEqual(
    new Map([
      ['nanook.log.waiting', [[sink, 3]]],
      ['nanook.log.stored', [[sink, 41]]],
      ['nanook.log.dropped', [[sink, 2]]],
      ['nanook.policy.current', [[{ 'nanook.policy': 'f00', 'nanook.policy.version': '1.4.0' }, 1]]],
      ['nanook.policy.revision', [[{}, 42]]],
      ['nanook.policy.since', [[{}, 1_801_386_000]]],
      ['nanook.policy.expiry', [[{}, 1_801_990_800]]],
      ['nanook.candidate.percent', [[{ 'nanook.policy': 'ba5', 'nanook.policy.version': '1.5.0' }, 10]]],
    ]),
  );
  end();
  sinks[0]!.waiting = 9;
  const after = await collect();
  expect(after.get('nanook.log.waiting') ?? []).not.toContainEqual([sink, 9]);
});

it('refuses a log without a status', () => {
  expect(() => observeState({ log: {} as never })).toThrow('an object with a `status`');
});
