import { Authorizer } from '@nanook/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isNanookLogError } from '../errors/nanook-log-error.js';
import type { DecisionRecord } from '../record/decision-record.js';
import { checkMany, logged, MemorySink, numbers, StuckSink } from '../testing/sinks.fixture.js';
import { decisionLog, type DecisionLogOptions } from './decision-log.js';

// cspell:ignore capacty

const hasCode = (code: string): Error => expect.objectContaining({ code }) as Error;
const codesOf = (errors: readonly { code: string }[]): string[] => errors.map(({ code }) => code);

afterEach(() => void vi.restoreAllMocks());

describe('a decision log', () => {
  it('stores the records of all decisions, in their order', async () => {
    const sink = new MemorySink();
    const { log, authorizer } = await logged({ sinks: [sink], batchSize: 7 });
    checkMany(authorizer, 100);
    await log.flush();
    expect(sink.resources).toEqual(numbers(100));
    expect(new Set(sink.ids).size).toBe(100);
    expect(sink.ids).toEqual(sink.ids.toSorted((a, b) => (a.slice(0, 13) < b.slice(0, 13) ? -1 : 0)));
    expect(log.status).toEqual([{ name: 'memory', waiting: 0, stored: 100, dropped: 0, error: undefined }]);
  });

  it('writes records without a call of flush', async () => {
    const sink = new MemorySink();
    const { authorizer } = await logged({ sinks: [sink] });
    checkMany(authorizer, 3);
    await vi.waitFor(() => expect(sink.resources).toEqual(numbers(3)));
  });

  it('gives each sink all records, also if another sink is stuck', async () => {
    const [stuck, other] = [new StuckSink('stuck'), new MemorySink('other')];
    const { log, authorizer } = await logged({ sinks: [stuck, other], capacity: 5, batchSize: 5 });
    for (let first = 1; first <= 41; first += 5) {
      checkMany(authorizer, 5, first);
      // oxlint-disable-next-line no-await-in-loop -- the other sink has a turn
      await vi.waitFor(() => expect(log.status[1]!.waiting).toBe(0));
    }
    expect(other.resources).toEqual(numbers(45));
    expect(log.status[0]).toMatchObject({ waiting: 5, stored: 0, dropped: 40 });
    stuck.open();
    await log.flush();
    expect(stuck.resources).toEqual(numbers(5));
  });

  it('never logs less than all decisions that are not allowed, however few of the allowed ones', async () => {
    const sink = new MemorySink();
    const policies = 'allow(_, "read", _); allow(_, "ask", x) if x.missing = 1;';
    const { log, authorizer } = await logged({ sinks: [sink], sampleAllowed: 0 }, { policies });
    checkMany(authorizer, 100);
    for (let id = 1; id <= 20; id++) authorizer.canSync('ann', 'write', { id });
    expect(() => authorizer.canSync('ann', 'ask', { id: 21 })).toThrow('missing');
    await log.flush();
    expect(sink.resources).toEqual(numbers(21));
    expect(sink.records.map(({ sampled }) => sampled)).toEqual(Array(21).fill(undefined));
  });

  it('samples allowed decisions by a share, which their records contain', async () => {
    const sink = new MemorySink();
    const sampleAllowed = ({ resource }: { resource: unknown }): number =>
      (resource as { id: number }).id % 2 === 0 ? 1 : 0.999_999;
    const { log, authorizer } = await logged({ sinks: [sink], sampleAllowed });
    checkMany(authorizer, 4);
    await log.flush();
    expect(sink.records.map(({ sampled }) => sampled)).toEqual([0.999_999, undefined, 0.999_999, undefined]);
  });

  it('logs everything if the function of the share fails, and reports it once', async () => {
    const sink = new MemorySink();
    const { log, authorizer, errors } = await logged({ sinks: [sink], sampleAllowed: () => Number.NaN });
    checkMany(authorizer, 3);
    await log.flush();
    expect(sink.resources).toEqual(numbers(3));
    expect(errors.map(({ message }) => message)).toEqual([
      'the function `sampleAllowed` of the decision log threw an error, so a record lacks its result: it must return a number from 0 to 1, got NaN',
    ]);
  });

  it('reports an observer that throws once, and does not disturb the check', async () => {
    const sink = new MemorySink();
    const observe = vi.fn<(record: DecisionRecord) => void>(() => {
      throw new Error('no span');
    });
    const { log, authorizer, errors } = await logged({ sinks: [{ name: 'spans', observe }, sink] });
    checkMany(authorizer, 3);
    await log.flush();
    expect(observe).toHaveBeenCalledTimes(3);
    expect(sink.resources).toEqual(numbers(3));
    expect(codesOf(errors)).toEqual(['NANOOK_LOG_OBSERVER_FAILED']);
  });

  it('calls observers before the check returns', async () => {
    const seen: string[] = [];
    const observe = ({ outcome }: DecisionRecord): void => void seen.push(outcome);
    const { authorizer } = await logged({ sinks: [{ name: 'spans', observe }] });
    authorizer.canSync('ann', 'write', { id: 1 });
    expect(seen).toEqual(['denied']);
  });
});

describe('a sink that fails', () => {
  it('causes one report, and gets the same records in the same order until it works', async () => {
    const sink = new MemorySink();
    sink.before = (attempt) => {
      if (attempt <= 4) throw new Error('connection refused');
    };
    const { log, authorizer, errors } = await logged({ sinks: [sink], batchSize: 10 });
    checkMany(authorizer, 35);
    await log.flush();
    expect(sink.resources).toEqual(numbers(35));
    expect(sink.attempts).toBeGreaterThanOrEqual(8);
    expect(errors.map(({ message }) => message)).toEqual([
      'the sink "memory" of the decision log failed, and is tried again until it works; 35 records wait for it: connection refused',
    ]);
    expect(errors[0]!.cause).toEqual(new Error('connection refused'));
  });

  it('gets the same batch again, without records that came later', async () => {
    const batches: (string | undefined)[][] = [];
    let isDown = true;
    const sink = {
      name: 'objects',
      write: async (records: readonly DecisionRecord[]) => {
        batches.push(records.map(({ resource }) => resource?.id));
        if (isDown) throw new Error('the answer is lost');
      },
    };
    const { log, authorizer } = await logged({ sinks: [sink] });
    checkMany(authorizer, 2);
    await vi.waitFor(() => expect(batches.length).toBeGreaterThan(0));
    checkMany(authorizer, 2, 3);
    isDown = false;
    await log.flush();
    expect(batches.pop()).toEqual(['3', '4']);
    expect(batches.length).toBeGreaterThan(1);
    for (const batch of batches) expect(batch).toEqual(['1', '2']);
  });

  it('causes another report after it has worked in between', async () => {
    const sink = new MemorySink();
    sink.before = (attempt) => {
      if (attempt % 2 === 1) throw new Error('flaky');
    };
    const { log, authorizer, errors } = await logged({ sinks: [sink] });
    checkMany(authorizer, 1);
    await log.flush();
    checkMany(authorizer, 1, 2);
    await log.flush();
    expect(sink.resources).toEqual(numbers(2));
    expect(codesOf(errors)).toEqual(['NANOOK_LOG_SINK_FAILED', 'NANOOK_LOG_SINK_FAILED']);
  });

  it('has each record once by id when it stores records and loses the answer', async () => {
    const sink = new MemorySink();
    sink.after = (attempt) => {
      if (attempt === 1) throw new Error('connection reset');
    };
    const { log, authorizer } = await logged({ sinks: [sink] });
    checkMany(authorizer, 5);
    await log.flush();
    expect(sink.records).toHaveLength(10);
    expect([...new Map(sink.records.map((record) => [record.id, record.resource?.id])).values()]).toEqual(
      numbers(5),
    );
  });

  it('throws synchronously, and is treated as one that rejects', async () => {
    const written: unknown[] = [];
    let attempts = 0;
    const sink = {
      name: 'sync',
      write: (records: readonly DecisionRecord[]): void => {
        if (++attempts === 1) throw 'not even an error';
        written.push(...records);
      },
    };
    const { log, authorizer, errors } = await logged({ sinks: [sink] });
    checkMany(authorizer, 2);
    await log.flush();
    expect(written).toHaveLength(2);
    expect(errors[0]!.message).toContain('not even an error');
  });

  it('does not stop when onError throws', async () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => {});
    const sink = new MemorySink();
    sink.before = (attempt) => {
      if (attempt === 1) throw new Error('once');
    };
    const onError = (): never => {
      throw new Error('the alarm is broken');
    };
    const { log, authorizer } = await logged({ sinks: [sink], onError });
    checkMany(authorizer, 1);
    await log.flush();
    expect(sink.resources).toEqual(['1']);
    expect(written.mock.calls).toEqual([[new Error('the alarm is broken')]]);
  });

  it('writes its error to the console when onError is not set', async () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => {});
    const sink = new MemorySink();
    sink.before = (attempt) => {
      if (attempt === 1) throw new Error('disk full');
    };
    const log = decisionLog({ sinks: [sink] });
    const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _);', ...log.hooks });
    checkMany(authorizer, 1);
    await log.flush();
    expect(written.mock.calls).toEqual([
      [
        '[error] the sink "memory" of the decision log failed, and is tried again until it works; 1 record waits for it: disk full',
      ],
    ]);
  });
});

describe("whenFull: 'drop'", () => {
  it('keeps at most `capacity` records of a stuck sink, and counts the others', async () => {
    const sink = new StuckSink();
    const { log, authorizer, errors } = await logged({ sinks: [sink], capacity: 10 });
    checkMany(authorizer, 25);
    expect(log.status).toMatchObject([{ waiting: 10, dropped: 15 }]);
    expect(codesOf(errors)).toEqual(['NANOOK_LOG_QUEUE_FULL']);
    sink.open();
    await log.flush();
    expect(sink.resources).toEqual(numbers(10));
    expect(errors.map(({ code, data }) => [code, data])).toEqual([
      ['NANOOK_LOG_QUEUE_FULL', { sink: 'memory', capacity: 10, whenFull: 'drop' }],
      ['NANOOK_LOG_DROPPED', { sink: 'memory', dropped: 15 }],
    ]);
  });

  it('marks the gap in the next record', async () => {
    const sink = new StuckSink();
    const { log, authorizer } = await logged({ sinks: [sink], capacity: 2 });
    checkMany(authorizer, 5);
    sink.open();
    await log.flush();
    checkMany(authorizer, 2, 6);
    await log.flush();
    expect(sink.records.map(({ resource, droppedBefore }) => [resource?.id, droppedBefore])).toEqual([
      ['1', undefined],
      ['2', undefined],
      ['6', 3],
      ['7', undefined],
    ]);
  });

  it('never lets a check wait', async () => {
    const { authorizer } = await logged({ sinks: [new StuckSink()], capacity: 1 });
    for (let i = 0; i < 10; i++) {
      expect(authorizer.canSync('ann', 'read', i)).toBe(true);
      // oxlint-disable-next-line no-await-in-loop -- one check after the other
      expect(await authorizer.can('ann', 'read', i)).toBe(true);
    }
  });
});

describe("whenFull: 'block'", () => {
  it('lets a check wait until the queue has room, and loses no record', async () => {
    const sink = new StuckSink();
    const { log, authorizer } = await logged({ sinks: [sink], capacity: 10, whenFull: 'block' });
    checkMany(authorizer, 10);
    let ended = 0;
    const checks = numbers(8, 11).map(async (id) => {
      await authorizer.can('ann', 'read', { id });
      ended++;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([ended, log.status[0]!.waiting]).toEqual([0, 10]);
    sink.open();
    await Promise.all(checks);
    await log.flush();
    expect(sink.resources).toEqual(numbers(18));
    expect(log.status).toMatchObject([{ waiting: 0, dropped: 0, stored: 18 }]);
  });

  it('fails a check that waited too long, whose record is not stored', async () => {
    const sink = new StuckSink();
    const { log, authorizer } = await logged({
      sinks: [sink],
      capacity: 1,
      whenFull: 'block',
      maxWaitMs: 10,
    });
    checkMany(authorizer, 1);
    await expect(authorizer.can('ann', 'read', { id: 2 })).rejects.toThrow(hasCode('NANOOK_LOG_QUEUE_FULL'));
    sink.open();
    await log.flush();
    expect(sink.resources).toEqual(['1']);
  });

  it('fails a synchronous check when the queue is full, because it cannot wait', async () => {
    const { authorizer } = await logged({ sinks: [new StuckSink()], capacity: 1, whenFull: 'block' });
    checkMany(authorizer, 1);
    expect(() => checkMany(authorizer, 1, 2)).toThrow(hasCode('POLAR_RUN_PROMISE_IN_SYNC'));
  });

  it('fails further checks at once when as many wait as the queue has places', async () => {
    const sink = new StuckSink();
    const { log, authorizer } = await logged({ sinks: [sink], capacity: 3, whenFull: 'block' });
    const checks = numbers(10).map((id) => authorizer.can('ann', 'read', { id }));
    const refused = await Promise.allSettled(checks.slice(6));
    expect(refused.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
    sink.open();
    expect(await Promise.all(checks.slice(0, 6))).toEqual(Array(6).fill(true));
    await log.flush();
    expect(sink.resources).toEqual(numbers(6));
  });
});

describe("acknowledge: 'stored'", () => {
  it('lets a check return only when its record is stored', async () => {
    const sink = new StuckSink();
    const { authorizer } = await logged({ sinks: [sink], acknowledge: 'stored' });
    let isDone = false;
    const check = authorizer.can('ann', 'read', { id: 1 }).then(() => (isDone = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isDone).toBe(false);
    sink.open();
    await check;
    expect(sink.resources).toEqual(['1']);
  });

  it('fails a check whose record is not stored in time', async () => {
    const { authorizer } = await logged({
      sinks: [new StuckSink()],
      acknowledge: 'stored',
      maxWaitMs: 10,
    });
    await expect(authorizer.can('ann', 'read', { id: 1 })).rejects.toThrow(
      'the sink "memory" of the decision log did not store 1 record within 10 ms',
    );
  });

  it('refuses to drop records', () => {
    expect(() => decisionLog({ sinks: [new MemorySink()], acknowledge: 'stored', whenFull: 'drop' })).toThrow(
      "must be 'block' with `acknowledge: 'stored'`",
    );
  });
});

describe('the end of a log', () => {
  it('stores all records and closes the sinks', async () => {
    const sink = new MemorySink();
    const { log, authorizer } = await logged({ sinks: [sink], delayMs: 60_000 });
    checkMany(authorizer, 3);
    await log.close();
    expect([sink.resources, sink.isClosed]).toEqual([numbers(3), true]);
  });

  it('tells how many records a stuck sink has lost', async () => {
    const { log, authorizer } = await logged({ sinks: [new StuckSink(), new MemorySink('other')] });
    checkMany(authorizer, 3);
    await expect(log.close({ timeoutMs: 10 })).rejects.toThrow(
      'the sink "memory" of the decision log did not store 3 records within 10 ms',
    );
  });

  it('keeps the records when only flush takes too long', async () => {
    const sink = new StuckSink();
    const { log, authorizer } = await logged({ sinks: [sink] });
    checkMany(authorizer, 3);
    await expect(log.flush({ timeoutMs: 10 })).rejects.toThrow(hasCode('NANOOK_LOG_NOT_STORED'));
    sink.open();
    await log.flush();
    expect(sink.resources).toEqual(numbers(3));
  });

  it('reports a decision after it', async () => {
    const errors: unknown[] = [];
    const onDecisionError = (error: unknown): void => void errors.push(error);
    const { log, authorizer } = await logged({ sinks: [new MemorySink()] }, { onDecisionError });
    await log.close();
    checkMany(authorizer, 1);
    expect(errors).toEqual([hasCode('NANOOK_LOG_CLOSED')]);
    expect(isNanookLogError(errors[0])).toBe(true);
  });
});

describe('options of a log', () => {
  it.each<[string, unknown, string]>([
    ['no sinks', {}, 'the option `sinks` of decisionLog must be a list of sinks, such as'],
    ['an empty list of sinks', { sinks: [] }, 'the option `sinks` of decisionLog must be a list of sinks'],
    ['a sink that is none', { sinks: [{}] }, 'the option `sinks` of decisionLog must be a list of sinks'],
    ['a misspelled option', { sinks: [new MemorySink()], capacty: 3 }, 'did you mean `capacity`?'],
    [
      'a capacity of 0',
      { sinks: [new MemorySink()], capacity: 0 },
      'must be a positive whole number, got the number 0',
    ],
    ['a share above 1', { sinks: [new MemorySink()], sampleAllowed: 2 }, 'a number from 0 to 1'],
    ['another treatment', { sinks: [new MemorySink()], whenFull: 'wait' }, "'drop' or 'block', got"],
    ['no object', undefined, 'must be an object, such as { sinks: … }'],
  ])('refuse %s', (_name, options, message) => {
    expect(() => decisionLog(options as DecisionLogOptions)).toThrow(message);
  });

  it('work with onDecision alone', async () => {
    const sink = new MemorySink();
    const { onDecision } = decisionLog({ sinks: [sink] });
    const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _);', onDecision });
    checkMany(authorizer, 1);
    await vi.waitFor(() => expect(sink.resources).toEqual(['1']));
  });
});
