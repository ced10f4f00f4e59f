import {
  aFunction,
  anObjectWith,
  checkOptions,
  hasMethod,
  type OptionKind,
} from '../errors/check-options.js';
import type { DecisionObserver } from '../queue/sink.js';
import type { DecisionRecord } from '../record/decision-record.js';

/** The levels that a logger needs. */
export type PinoLevel = 'debug' | 'info' | 'warn' | 'error';

/** A logger such as that of pino: its methods take an object and a message. */
export type PinoLogger = {
  readonly [Level in PinoLevel]: (data: object, message: string) => void;
};

/** Options for {@link pino}. */
export interface PinoOptions {
  /** The logger of the application, which has its own transports. */
  readonly logger: PinoLogger;
  /** Returns the level of a record. Default: `info` for an allowed or denied check, `warn` for an undecided one, `error` for an error. */
  readonly level?: (record: DecisionRecord) => PinoLevel;
}

const kinds = {
  logger: anObjectWith('info', 'pino()'),
  level: aFunction,
} satisfies { readonly [Option in keyof PinoOptions]-?: OptionKind };

const levels = { allowed: 'info', denied: 'info', undecided: 'warn', error: 'error' } as const;

/**
 * Logs each record with a logger of pino, as its attribute `decision`. The logger is called before the check returns, so its mixins see the
 * context of the check. Its transport decides whether a record is stored.
 *
 * @throws {NanookLogError} `NANOOK_LOG_INVALID_OPTION`
 * @example
 * const log = decisionLog({ sinks: [pino({ logger })] });
 */
export function pino(options: PinoOptions): DecisionObserver {
  checkOptions('pino', options, kinds, ['logger']);
  const { logger, level = ({ outcome }: DecisionRecord) => levels[outcome] } = options;
  return {
    name: 'pino',
    observe(record) {
      const name = level(record);
      if (hasMethod(logger, name)) logger[name]({ decision: record }, messageOf(record));
      else throw new TypeError(`the logger has no level ${String(name)}`);
    },
  };
}

/** Returns a short text without data that the application may mask, such as `denied: "read" on Note`. */
function messageOf({ kind, outcome, action, resource }: DecisionRecord): string {
  const on = resource?.type === undefined ? '' : ` on ${resource.type}`;
  return `${outcome}: ${action === null ? kind : JSON.stringify(action)}${on}`;
}
