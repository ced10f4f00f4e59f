import { metrics, type Attributes, type Observable, type ObservableResult } from '@opentelemetry/api';
import { checkOptions, type OptionKind } from '../errors/check-options.js';
import type { SinkStatus } from '../queue/sink.js';

/** Options for {@link observeState}. */
export interface ObservedState {
  /** The decision log, whose queues are measured. */
  readonly log?: { readonly status: readonly SinkStatus[] };
  /** The follower of `@nanook/policies`, whose policy is measured. */
  readonly follower?: { readonly status: ObservedPolicy };
}

/** The status of a follower of `@nanook/policies`, as far as it is measured. */
export interface ObservedPolicy {
  readonly policyHash: string;
  readonly version: string | undefined;
  readonly since?: string | undefined;
  readonly revision: number | undefined;
  readonly expiresAt?: string | undefined;
  readonly candidate?:
    | { readonly policyHash: string; readonly version: string | undefined; readonly percent: number }
    | undefined;
  readonly isCurrent: boolean;
}

const withStatus: OptionKind = {
  expected: 'an object with a `status`, such as the result of decisionLog(…) or followPolicies(…)',
  accepts: (value) => typeof value === 'object' && value !== null && 'status' in value,
};
const kinds = { log: withStatus, follower: withStatus } satisfies {
  readonly [Option in keyof ObservedState]-?: OptionKind;
};

type Callback = (result: ObservableResult) => void;

/**
 * Reports the queues of a decision log and the policy in use to OpenTelemetry, whenever its metrics are collected.
 *
 * @returns a function that ends it
 * @throws {NanookLogError} `NANOOK_LOG_INVALID_OPTION`
 * @example
 * observeState({ log, follower });
 */
export function observeState(state: ObservedState): () => void {
  checkOptions('observeState', state, kinds);
  const meter = metrics.getMeter('@nanook/log');
  const ends: (() => void)[] = [];
  const observe = (instrument: Observable, callback: Callback): void => {
    instrument.addCallback(callback);
    ends.push(() => instrument.removeCallback(callback));
  };
  const { log, follower } = state;
  if (log !== undefined) {
    const perSink =
      (valueOf: (sink: SinkStatus) => number): Callback =>
      (result) => {
        for (const sink of log.status) result.observe(valueOf(sink), { 'nanook.sink': sink.name });
      };
    observe(
      meter.createObservableGauge('nanook.log.waiting', { description: 'Records that wait for a sink' }),
      perSink(({ waiting }) => waiting),
    );
    observe(
      meter.createObservableCounter('nanook.log.stored', { description: 'Records that a sink has stored' }),
      perSink(({ stored }) => stored),
    );
    observe(
      meter.createObservableCounter('nanook.log.dropped', {
        description: 'Records that were lost, because the queue was full',
      }),
      perSink(({ dropped }) => dropped),
    );
  }
  if (follower !== undefined) {
    const gauge = (
      name: string,
      description: string,
      valueOf: (status: ObservedPolicy) => number | undefined,
      attributesOf: (status: ObservedPolicy) => Attributes = () => ({}),
      unit = '1',
    ): void =>
      observe(meter.createObservableGauge(name, { description, unit }), (result) => {
        const { status } = follower;
        const value = valueOf(status);
        if (value !== undefined) result.observe(value, attributesOf(status));
      });
    gauge(
      'nanook.policy.current',
      'Whether the policy is the published one, and has not expired',
      ({ isCurrent }) => Number(isCurrent),
      namesOf,
    );
    gauge('nanook.policy.revision', 'The revision of the policy in use', ({ revision }) => revision);
    const since = 'The time from which the policy is in use';
    gauge('nanook.policy.since', since, (status) => secondsOf(status.since), undefined, 's');
    const expiry = 'The time from which the policy is expired';
    gauge('nanook.policy.expiry', expiry, ({ expiresAt }) => secondsOf(expiresAt), undefined, 's');
    gauge(
      'nanook.candidate.percent',
      'The percentage of the actors for which a policy that is rolled out decides',
      ({ candidate }) => candidate?.percent,
      ({ candidate }) => (candidate === undefined ? {} : namesOf(candidate)),
      '%',
    );
  }
  return () => {
    for (const end of ends.splice(0)) end();
  };
}

const namesOf = ({
  policyHash,
  version,
}: {
  readonly policyHash: string;
  readonly version: string | undefined;
}): Attributes => ({
  'nanook.policy': policyHash,
  ...(version !== undefined && { 'nanook.policy.version': version }),
});

const secondsOf = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time) / 1_000;
