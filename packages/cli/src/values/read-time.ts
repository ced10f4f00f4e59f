import { UsageError } from '../errors/usage-error.js';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * Reads the value of an option as a day in UTC, a time with its zone, or a distance from now such as `2h`.
 *
 * @param direction `past` for an age, `future` for a time from now on
 * @throws {UsageError} for another text
 */
export function readTime(option: string, text: string, direction: 'past' | 'future'): Date {
  const [, number, unit] = /^(\d+)(m|h|d|w)$/.exec(text) ?? [];
  const sign = direction === 'past' ? -1 : 1;
  if (number !== undefined) return new Date(Date.now() + sign * Number(number) * units[unit!]!);
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = new Date(isTime ? text : Number.NaN);
  if (Number.isNaN(time.getTime()))
    throw new UsageError(
      `${option} expects a day, a time with its zone such as 2026-01-31T09:30:00Z, or ${
        direction === 'past' ? 'an age' : 'a time from now'
      } such as 30m, 2h or 7d, found ${text}`,
    );
  return time;
}
