import { describeValue } from '@nanook/core/internal';
import { NanookLogError } from '../errors/nanook-log-error.js';
import type { DecisionRecord } from '../record/decision-record.js';

/** The place of a record in the order of the log. */
export interface Position {
  readonly at: string;
  readonly id: string;
}

/** Compares two places: by time, then by id. */
export const comparePositions = (a: Position, b: Position): number =>
  a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;

/** Returns the cursor of the page after a record. */
export const cursorAfter = ({ at, id }: DecisionRecord, order: 'newest' | 'oldest'): string =>
  Buffer.from(`${order} ${at} ${id}`).toString('base64url');

// The parser of dates moves the 30th of February to March.
function isTime(at: string): boolean {
  const ms = Date.parse(at);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === at && !at.startsWith('0000');
}

/** @throws {NanookLogError} `NANOOK_LOG_INVALID_QUERY` */
export function parseCursor(cursor: unknown, order: 'newest' | 'oldest'): Position {
  const text = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : '';
  const [, ofOrder, at, id] =
    /^(newest|oldest) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/.exec(
      text,
    ) ?? [];
  if (at === undefined || id === undefined || !isTime(at))
    throw new NanookLogError('NANOOK_LOG_INVALID_QUERY', {
      option: 'after',
      reason: `must be the cursor \`next\` of a page, got ${describeValue(cursor)}`,
    });
  if (ofOrder !== order)
    throw new NanookLogError('NANOOK_LOG_INVALID_QUERY', {
      option: 'after',
      reason: `is the cursor of a page with the order '${ofOrder}', and the order is '${order}' now`,
    });
  return { at, id };
}
