import type { DecisionRecord } from '@nanook/log';

/** Reads a line: a record, or a line of pino, whose attribute `decision` is the record. Returns undefined for another line. */
export function recordOf(line: string): DecisionRecord | undefined {
  try {
    const content: unknown = JSON.parse(line);
    const record = (isObject(content) && content['decision']) ?? content;
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** The outcomes that a record can have. */
export const outcomes = ['allowed', 'denied', 'undecided', 'error'] as const;

/** A line can be damaged and still be JSON, so each part that is read is checked. */
export const isRecord = (value: unknown): value is DecisionRecord =>
  isObject(value) &&
  typeof value['at'] === 'string' &&
  !Number.isNaN(Date.parse(value['at'])) &&
  outcomes.some((each) => each === value['outcome']) &&
  isIdentity(value['actor']) &&
  isIdentity(value['resource']) &&
  (value['action'] === null || typeof value['action'] === 'string') &&
  ['kind', 'field', 'tenant', 'reason', 'errorCode'].every((name) => isOptionalText(value[name])) &&
  (value['rule'] === undefined || isRule(value['rule'])) &&
  (value['fields'] === undefined || isDecidedFields(value['fields']));

const isIdentity = (value: unknown): boolean =>
  value === null ||
  (isObject(value) && !Array.isArray(value) && isOptionalText(value['type']) && isOptionalText(value['id']));

const isRule = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['name'] === 'string' &&
  typeof value['line'] === 'number' &&
  isOptionalText(value['file']);

const isDecidedFields = (value: unknown): boolean =>
  isObject(value) &&
  ['allowed', 'denied', 'undecided'].every((name) => {
    const fields = value[name];
    return Array.isArray(fields) && fields.every((field) => typeof field === 'string');
  });

const isOptionalText = (value: unknown): boolean => value === undefined || typeof value === 'string';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
