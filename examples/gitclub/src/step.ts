import type { ConfigErrorCode } from '@nanook/http';

/** One request of the demo, and its expected response. */
export interface Step {
  readonly as?: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** `{next}` is replaced by the cursor of the previous response. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly expect: {
    /** The status, or one of several where the frameworks interpret a path differently. */
    readonly status: number | readonly number[];
    /** Fields that the body must have, and fields that it must not have. */
    readonly holds?: Readonly<Record<string, unknown>>;
    readonly lacks?: readonly string[];
    /** The ids of the rows of a page, in order. */
    readonly ids?: readonly (string | number)[];
    /** The error that the application reports, if one is expected. */
    readonly fault?: ConfigErrorCode;
  };
  readonly why: string;
  /** Moves the clock before the request. */
  readonly afterMinutes?: number;
}

/** The response to a step, and the errors that the application reported. */
export interface Outcome {
  readonly status: number;
  /** The parsed JSON. */
  readonly body: unknown;
  readonly faults: readonly unknown[];
}

/** Returns the path of a step, with the cursor of the response before. */
export const pathOf = ({ path }: Step, before: unknown): string =>
  path.replace('{next}', encodeURIComponent((before as { readonly next?: string } | undefined)?.next ?? ''));

/** Lists the differences between an outcome and the expected one. */
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
    ...(expect.ids === undefined || idsOf(fields) === expect.ids.join()
      ? []
      : [`the rows are ${idsOf(fields)}, not ${expect.ids.join()}`]),
    ...(reported === fault ? [] : [`reported ${reported}, not ${fault}`]),
  ];
}

const idsOf = ({ rows }: Readonly<Record<string, unknown>>): string =>
  Array.isArray(rows) ? rows.map(({ id }: { readonly id: unknown }) => id).join() : 'missing';

const codeOf = (fault: unknown): string =>
  String((fault as { readonly code?: unknown } | null)?.code ?? fault);
