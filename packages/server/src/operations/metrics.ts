import type { Authorizer } from '@nanook/core';
import type { Outcome } from '../decisions/decider.js';
import type { FollowedStatus } from './followed-status.js';
import type { LoggedSink } from './logged-sink.js';

/** The upper bounds of the histogram, in seconds. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Requests of one endpoint, by their status and by their time. */
interface EndpointCounts {
  readonly statuses: Map<number, number>;
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** The state of a server, which the metrics show besides the counters. */
export interface MetricsState {
  readonly authorizer: Authorizer;
  /** The status of the follower; undefined without one. */
  readonly followed: FollowedStatus | undefined;
  /** The sinks of the decision log; none without one. */
  readonly sinks: readonly LoggedSink[];
  readonly isClosing: boolean;
  readonly running: number;
}

/** Counts requests and decisions, and prints them in the text format of Prometheus. */
export class Metrics {
  readonly #decisions: Record<Outcome | 'error', number> = { allowed: 0, denied: 0, undecided: 0, error: 0 };
  readonly #endpoints = new Map<string, EndpointCounts>();
  #errors = 0;

  countDecision(outcome: Outcome | 'error'): void {
    this.#decisions[outcome]++;
  }

  countError(): void {
    this.#errors++;
  }

  countRequest(endpoint: string, status: number, seconds: number): void {
    let counts = this.#endpoints.get(endpoint);
    if (counts === undefined) {
      counts = { statuses: new Map(), buckets: bounds.map(() => 0), sum: 0, count: 0 };
      this.#endpoints.set(endpoint, counts);
    }
    counts.statuses.set(status, (counts.statuses.get(status) ?? 0) + 1);
    counts.sum += seconds;
    counts.count++;
    const bucket = bounds.findIndex((bound) => seconds <= bound);
    if (bucket !== -1) counts.buckets[bucket]!++;
  }

  /** Returns all values as text. */
  print({ authorizer, followed, sinks, isClosing, running }: MetricsState): string {
    const { hash, version = '' } = authorizer.policy;
    const lines = [
      ...described('nanook_decisions_total', 'counter', 'Decisions by their outcome.'),
      ...Object.entries(this.#decisions).map(
        ([outcome, count]) => `nanook_decisions_total{outcome="${outcome}"} ${count}`,
      ),
      ...described('nanook_requests_total', 'counter', 'Requests by their endpoint and status.'),
      ...[...this.#endpoints].flatMap(([endpoint, { statuses }]) =>
        [...statuses].map(
          ([status, count]) => `nanook_requests_total{endpoint="${endpoint}",status="${status}"} ${count}`,
        ),
      ),
      ...described('nanook_errors_total', 'counter', 'Errors of the application and of checks.'),
      `nanook_errors_total ${this.#errors}`,
      ...described('nanook_request_duration_seconds', 'histogram', 'The time of requests.'),
      ...[...this.#endpoints].flatMap(([endpoint, counts]) => histogramLines(endpoint, counts)),
      ...described('nanook_requests_running', 'gauge', 'Requests that are not answered yet.'),
      `nanook_requests_running ${running}`,
      ...described('nanook_policy_info', 'gauge', 'The policy in use.'),
      `nanook_policy_info{hash="${hash}",version="${escapeLabel(version)}"} 1`,
      ...described('nanook_policy_current', 'gauge', 'Whether the policy is the published one.'),
      `nanook_policy_current ${Number(followed?.isCurrent ?? true)}`,
      ...followedLines(followed),
      ...sinkLines(sinks),
      ...described('nanook_closing', 'gauge', 'Whether the server is about to end.'),
      `nanook_closing ${Number(isClosing)}`,
    ];
    return `${lines.join('\n')}\n`;
  }
}

/** Returns the facts that `nanook fleet` shows about all processes. */
function followedLines(followed: FollowedStatus | undefined): readonly string[] {
  const { revision, since, expiresAt, candidate } = followed ?? {};
  const gauge = (name: string, help: string, value: number | undefined, labels = ''): readonly string[] =>
    value === undefined ? [] : [...described(name, 'gauge', help), `${name}${labels} ${value}`];
  return [
    ...gauge('nanook_policy_revision', 'The revision of the policy in use.', revision),
    ...gauge('nanook_policy_since_seconds', 'The time from which the policy is in use.', secondsOf(since)),
    ...gauge(
      'nanook_policy_expiry_seconds',
      'The time from which the policy is expired.',
      secondsOf(expiresAt),
    ),
    ...(candidate === undefined
      ? []
      : gauge(
          'nanook_candidate_percent',
          'The percentage of the actors for which a policy that is rolled out decides.',
          candidate.percent,
          `{hash="${candidate.policyHash}",version="${escapeLabel(candidate.version ?? '')}"}`,
        )),
  ];
}

function sinkLines(sinks: readonly LoggedSink[]): readonly string[] {
  if (sinks.length === 0) return [];
  const perSink = (
    name: string,
    type: string,
    help: string,
    valueOf: (sink: LoggedSink) => number,
  ): readonly string[] => [
    ...described(name, type, help),
    ...sinks.map((sink) => `${name}{sink="${escapeLabel(sink.name)}"} ${valueOf(sink)}`),
  ];
  return [
    ...perSink('nanook_log_waiting', 'gauge', 'Records that wait for a sink.', ({ waiting }) => waiting),
    ...perSink('nanook_log_stored_total', 'counter', 'Records that are stored.', ({ stored }) => stored),
    ...perSink('nanook_log_dropped_total', 'counter', 'Records that were lost.', ({ dropped }) => dropped),
  ];
}

const secondsOf = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time) / 1_000;

const described = (name: string, type: string, help: string): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

function histogramLines(endpoint: string, { buckets, sum, count }: EndpointCounts): readonly string[] {
  const name = 'nanook_request_duration_seconds';
  let total = 0;
  return [
    ...buckets.map((each, i) => {
      total += each;
      return `${name}_bucket{endpoint="${endpoint}",le="${bounds[i]}"} ${total}`;
    }),
    `${name}_bucket{endpoint="${endpoint}",le="+Inf"} ${count}`,
    `${name}_sum{endpoint="${endpoint}"} ${sum}`,
    `${name}_count{endpoint="${endpoint}"} ${count}`,
  ];
}

const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
