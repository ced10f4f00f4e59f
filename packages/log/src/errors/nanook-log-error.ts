import { errorKind } from '@nanook/core/internal';

const records = (count: number): string => `${count} record${count === 1 ? '' : 's'}`;

const texts = {
  NANOOK_LOG_INVALID_OPTION: (p: { owner: string; option: string; reason: string }) =>
    `the option \`${p.option}\` of ${p.owner} ${p.reason}`,
  NANOOK_LOG_SINK_FAILED: (p: { sink: string; waiting: number; reason: string }) =>
    `the sink "${p.sink}" of the decision log failed, and is tried again until it works; ${records(p.waiting)} ${p.waiting === 1 ? 'waits' : 'wait'} for it: ${p.reason}`,
  NANOOK_LOG_QUEUE_FULL: (p: { sink: string; capacity: number; whenFull: 'drop' | 'block' }) =>
    p.whenFull === 'drop'
      ? `the sink "${p.sink}" of the decision log has ${records(p.capacity)} to write, so further records are dropped until it works again`
      : `the sink "${p.sink}" of the decision log has ${records(p.capacity)} to write and accepted no other in time; repair the sink, or raise ` +
        `\`capacity\` or \`maxWaitMs\``,
  NANOOK_LOG_DROPPED: (p: { sink: string; dropped: number }) =>
    `the sink "${p.sink}" of the decision log works again; ${records(p.dropped)} ${p.dropped === 1 ? 'was' : 'were'} dropped while its queue was full`,
  NANOOK_LOG_NOT_STORED: (p: { sink: string; waiting: number; timeoutMs: number }) =>
    `the sink "${p.sink}" of the decision log did not store ${records(p.waiting)} within ${p.timeoutMs} ms`,
  NANOOK_LOG_CLOSED: (_: object) =>
    `the decision log is closed, so the decision has no record; close the log after the last check`,
  NANOOK_LOG_OBSERVER_FAILED: (p: { sink: string; reason: string }) =>
    `the sink "${p.sink}" of the decision log threw an error; records that it refuses are not repeated: ${p.reason}`,
  NANOOK_LOG_OPTION_FAILED: (p: { option: string; reason: string }) =>
    `the function \`${p.option}\` of the decision log threw an error, so a record lacks its result: ${p.reason}`,
  NANOOK_LOG_DAMAGED_LINE: (p: { file: string; line: number }) =>
    `${p.file}:${p.line} is not a record of the decision log; a file of the log was changed or damaged. \`onDamagedLine\` of the store reads on`,
  NANOOK_LOG_INVALID_QUERY: (p: { option: string; reason: string }) =>
    `the filter \`${p.option}\` of readDecisions ${p.reason}`,
};

export type NanookLogErrorCode = keyof typeof texts;
export type NanookLogErrorData<C extends NanookLogErrorCode> = Parameters<(typeof texts)[C]>[0];

const kind = errorKind('@nanook/log/NanookLogError', texts);

/**
 * An error of the decision log: a sink that fails, records that are lost, or a mistake in how the application uses this package.
 *
 * `instanceof` fails between the ESM and the CommonJS copy of the package; use {@link isNanookLogError}.
 */
export class NanookLogError<C extends NanookLogErrorCode = NanookLogErrorCode> extends kind.Base<C> {}

/** Recognizes a {@link NanookLogError}, also from another copy of the package. */
export const isNanookLogError = (error: unknown): error is NanookLogError => kind.includes(error);

/** Returns the text of any thrown value. */
export function reasonOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message || error.name : String(error);
  } catch {
    return 'an unknown error';
  }
}
