import { pino as createLogger } from 'pino';
import { describe, expect, it } from 'vitest';
import { logged, MemorySink } from '../testing/sinks.fixture.js';
import { pino, type PinoOptions } from './index.js';

/** A logger of pino whose lines a test reads. */
function openLogger(options: object = {}): { logger: PinoOptions['logger']; lines: () => unknown[] } {
  const texts: string[] = [];
  const logger = createLogger({ base: null, ...options }, { write: (text) => void texts.push(text) });
  return { logger, lines: () => texts.map((text) => JSON.parse(text) as unknown) };
}

const policies = 'allow(_, "read", _); allow(_, "ask", x) if x.missing = 1;';

describe('the sink for pino', () => {
  it('logs each record before the check returns, at a level for its outcome', async () => {
    const { logger, lines } = openLogger();
    const copy = new MemorySink();
    const { log, authorizer } = await logged({ sinks: [pino({ logger }), copy] }, { policies });
    authorizer.canSync('ann', 'read', { id: 1 });
    authorizer.canSync('ann', 'write', { id: 1 });
    expect(() => authorizer.canSync('ann', 'ask', {})).toThrow('missing');
    const written = lines();
    await log.close();
    expect(written).toEqual(
      copy.records.map((record, i) => ({
        level: [30, 30, 40][i],
        time: expect.any(Number) as number,
        decision: JSON.parse(JSON.stringify(record)) as unknown,
        msg: ['allowed: "read"', 'denied: "write"', 'undecided: "ask"'][i],
      })),
    );
  });

  it('uses the redaction and the level of the logger', async () => {
    const { logger, lines } = openLogger({ level: 'warn', redact: ['decision.actor.id'] });
    const { authorizer } = await logged({ sinks: [pino({ logger })] }, { policies });
    authorizer.canSync('ann', 'read', { id: 1 });
    expect(() => authorizer.canSync('ann', 'ask', {})).toThrow('missing');
    expect(lines()).toMatchObject([{ level: 40, decision: { actor: { id: '[Redacted]' } } }]);
  });

  it('logs at the level that the application chooses, and reports one that does not exist', async () => {
    const { logger, lines } = openLogger();
    const level = ({ outcome }: { outcome: string }) =>
      outcome === 'denied' ? 'error' : ('fatale' as 'error');
    const { authorizer, errors } = await logged({ sinks: [pino({ logger, level })] }, { policies });
    authorizer.canSync('ann', 'write', { id: 1 });
    authorizer.canSync('ann', 'read', { id: 1 });
    expect(lines()).toMatchObject([{ level: 50 }]);
    expect(errors.map(({ message }) => message)).toEqual([
      'the sink "pino" of the decision log threw an error; records that it refuses are not repeated: the logger has no level fatale',
    ]);
  });

  it('refuses a logger that is none', () => {
    expect(() => pino({ logger: {} } as PinoOptions)).toThrow(
      'the option `logger` of pino must be an object with the method `info`, such as pino()',
    );
  });
});
