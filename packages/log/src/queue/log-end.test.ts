import { describe, expect, it, vi } from 'vitest';
import { logged, MemorySink, numbers, checkMany, StuckSink } from '../testing/sinks.fixture.js';
import { decisionLog } from './decision-log.js';

const hasCode = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('a log that closes', () => {
  it('fails a check whose record it gives up', async () => {
    const { log, authorizer } = await logged({ sinks: [new StuckSink()], acknowledge: 'stored' });
    const check = authorizer.can('ann', 'read', { id: 1 });
    check.catch(() => {});
    await expect(log.close({ timeoutMs: 10 })).rejects.toThrow(hasCode('NANOOK_LOG_NOT_STORED'));
    await expect(check).rejects.toThrow(hasCode('NANOOK_LOG_NOT_STORED'));
  });

  it.each(['accepted', 'stored'] as const)(
    'stores the records of checks that wait for room, with %s',
    async (acknowledge) => {
      const sink = new StuckSink();
      const { log, authorizer } = await logged({
        sinks: [sink],
        capacity: 3,
        whenFull: 'block',
        acknowledge,
      });
      const { before } = sink;
      sink.before = async () => {
        await before();
        await new Promise((resolve) => setTimeout(resolve, 5));
      };
      const checks = numbers(6).map((id) => authorizer.can('ann', 'read', { id }));
      const end = log.close();
      sink.open();
      await end;
      expect(sink.resources).toEqual(numbers(6));
      expect(await Promise.all(checks)).toEqual(Array(6).fill(true));
    },
  );

  it('tries a failed sink again at once, because the next planned attempt may be too late', async () => {
    const sink = new MemorySink();
    let isDown = true;
    sink.before = () => {
      if (isDown) throw new Error('down');
    };
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const { log, authorizer } = await logged({ sinks: [sink], maxRetryMs: 600_000 });
    vi.useFakeTimers();
    try {
      checkMany(authorizer, 3);
      // The attempts after 100, 200, … 51,200 ms fail. The next one is planned 102 seconds later.
      await vi.advanceTimersByTimeAsync(110_000);
      isDown = false;
      const end = log.close();
      await vi.advanceTimersByTimeAsync(1_000);
      await end;
    } finally {
      vi.useRealTimers();
      vi.restoreAllMocks();
    }
    expect(sink.resources).toEqual(numbers(3));
  });

  it('gives the same result to each call, and closes a sink once', async () => {
    const sink = new StuckSink();
    const close = vi.spyOn(sink, 'close');
    const { log, authorizer } = await logged({ sinks: [sink] });
    checkMany(authorizer, 2);
    const ends = await Promise.allSettled([log.close({ timeoutMs: 10 }), log.close()]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(log.close()).rejects.toThrow('did not store 2 records');
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('does not wait for a sink that never closes', async () => {
    const sink = Object.assign(new MemorySink(), { close: () => new Promise<void>(() => {}) });
    const { log, authorizer } = await logged({ sinks: [sink] });
    checkMany(authorizer, 1);
    await log.close({ timeoutMs: 50 });
    expect(sink.resources).toEqual(['1']);
  });

  it('tells about lost records first, when the sink also fails to close', async () => {
    const sink = new StuckSink();
    sink.close = () => {
      throw new Error('no connection');
    };
    const { log, authorizer } = await logged({ sinks: [sink] });
    checkMany(authorizer, 1);
    await expect(log.close({ timeoutMs: 10 })).rejects.toThrow('did not store 1 record');
  });
});

describe('options of a log', () => {
  it('refuse a time for which a timer fires at once', async () => {
    const sinks = [new MemorySink()];
    for (const time of [Infinity, 2 ** 31])
      expect(() => decisionLog({ sinks, maxWaitMs: time })).toThrow(
        'the option `maxWaitMs` of decisionLog must be',
      );
    const log = decisionLog({ sinks });
    await expect(log.close({ timeoutMs: Infinity })).rejects.toThrow(
      'the option `timeoutMs` of close must be',
    );
  });

  it("refuse `acknowledge: 'stored'` without a sink that stores records", () => {
    const observer = { name: 'counter', observe: () => {} };
    expect(() => decisionLog({ sinks: [observer], acknowledge: 'stored' })).toThrow(
      'the option `sinks` of decisionLog must contain a sink that stores records',
    );
  });
});
