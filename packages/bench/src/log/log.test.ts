import { describe, expect, it } from 'vitest';
import { measureHook, measureStuck } from './run.ts';
import { logSection } from './section.ts';

describe('the benchmark of the decision log', () => {
  it('finds a record of each check in the files', async () => {
    const cell = await measureHook('json-lines', 1, 0.05);
    expect(cell.checks).toBeGreaterThan(20_000);
    expect(cell.stored).toBe(cell.checks);
  });

  it('finds that the heap does not grow with the decisions of a stuck sink', async () => {
    const [full, later] = await measureStuck([60_000, 300_000]);
    expect(later!.heapMb).toBeLessThan(full!.heapMb * 1.5);
  });

  it('renders the figures', () => {
    const spread = { median: 1.5, min: 1.25, max: 2 };
    const text = logSection({
      at: '2026-01-02T03:04:05.000Z',
      quick: false,
      cpu: false,
      rounds: 9,
      seconds: 3,
      machine: { cpu: 'A', cores: 2, memoryGb: 8, os: 'Linux', node: '24' },
      load: [0.1, 0.2],
      cells: [
        {
          hook: 'json-lines',
          callerUs: spread,
          cpuUs: spread,
          rate: { median: 100_000, min: 1, max: 2 },
          checks: 300,
          stored: 299,
        },
      ],
      stuck: [{ decisions: 50_000, heapMb: 25 }],
    });
    expect(text).toContain('| 1.5 µs | 1.3 µs – 2.0 µs | 1.5 µs | 100,000 | 299 of 300 |');
    expect(text).toContain('25.0 MB after 50,000 decisions');
    expect(text).not.toContain('Other programs');
  });
});
