import type { FaultCode } from '@nanook/http';

/** A request of the walk, and what has to come of it. */
export interface Step {
  readonly as?: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly expect: {
    /** One of several where frameworks differ in what a path means. */
    readonly status: number | readonly number[];
    /** Fields of the answer, and those that it must not have. A list has a `length`. */
    readonly holds?: Readonly<Record<string, unknown>>;
    readonly lacks?: readonly string[];
    /** What the application is told it did wrong; else nothing. */
    readonly fault?: FaultCode;
  };
  readonly why: string;
  /** Moves the clock before the request. */
  readonly afterMinutes?: number;
}

/** What came of a step. */
export interface Outcome {
  readonly status: number;
  /** As parsed from JSON. */
  readonly body: unknown;
  readonly faults: readonly unknown[];
}

/** How what came of a step departs from what has to. */
export function deviations({ expect }: Step, { status, body, faults }: Outcome): string[] {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const reported = faults.map(codeOf).join(', ') || 'nothing';
  const fault = expect.fault ?? 'nothing';
  const statuses = [expect.status].flat();
  return [
    ...(statuses.includes(status) ? [] : [`status ${status}, not ${statuses.join(' or ')}`]),
    ...Object.entries(expect.holds ?? {}).flatMap(([field, value]) =>
      fields[field] === value
        ? []
        : [`${field} is ${JSON.stringify(fields[field])}, not ${JSON.stringify(value)}`],
    ),
    ...(expect.lacks ?? []).flatMap((field) => (field in fields ? [`${field} is there`] : [])),
    ...(reported === fault ? [] : [`reported ${reported}, not ${fault}`]),
  ];
}

const codeOf = (fault: unknown): string =>
  String((fault as { readonly code?: unknown } | null)?.code ?? fault);
