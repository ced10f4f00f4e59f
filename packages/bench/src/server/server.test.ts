import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { handlerIds, handlers } from './handlers.ts';
import { latenciesAt, rateOf } from './load.ts';
import type { ServerResults } from './run.ts';
import { serverSection } from './section.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

describe('the benchmark of the decision server', () => {
  it.each(handlerIds)('gets the expected answers of the handler %s', async (id) => {
    const server = createServer(await handlers[id]());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => server.close().closeAllConnections());
    const { port } = server.address() as AddressInfo;
    expect(await rateOf(port, 20)).toBeGreaterThan(0);
    expect(await latenciesAt(port, 1_000, 0.02)).toHaveLength(20);
  });

  it('names the budgets that are exceeded', () => {
    const spread = (median: number) => ({ median, min: median, max: median });
    const results: ServerResults = {
      at: '2026-11-30T00:00:00.000Z',
      quick: false,
      rounds: 9,
      requests: 10_000,
      machine: { cpu: 'a processor', cores: 2, memoryGb: 8, os: 'Linux', node: '24' },
      load: [0, 0],
      cells: handlerIds.map((handler) => ({
        handler,
        perSecond: spread(handler === 'decisions' ? 6_000 : 10_000),
        cpuUs: spread(50),
        p99Ms: spread(4),
      })),
      share: spread(0.6),
      halfRate: 3_000,
      soak: { seconds: 600, requests: 1_000_000, firstMb: 10, lastMb: 12 },
    };
    const budgets = serverSection(results)
      .split('\n')
      .filter((line) => line.startsWith('- '));
    expect(budgets.map((line) => line.split(':', 1)[0])).toEqual([
      '- **exceeded**',
      '- kept',
      '- **exceeded**',
    ]);
  });
});
