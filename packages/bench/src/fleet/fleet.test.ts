import { describe, expect, it } from 'vitest';
import { measurePlace } from './run.ts';
import { fleetSection } from './section.ts';

describe('the benchmark of many processes', () => {
  it('measures nodes that follow a web server until all of them use the new policy', async () => {
    const cell = await measurePlace('http', 3, 100);
    expect(cell).toMatchObject({ place: 'http', nodes: 3 });
    // Each node has received the bundle once.
    expect(cell.bytesPerChange).toBeGreaterThan(cell.storedBytes!);
    expect(cell.usedMs.max).toBeGreaterThan(cell.readMs.p50);
  });

  it('renders the figures', () => {
    const text = fleetSection({
      at: '2026-01-02T03:04:05.000Z',
      build: undefined,
      machine: { cpu: 'A', cores: 2, memoryGb: 8, os: 'Linux', node: '24' },
      load: [0.1, 0.2],
      bundleBytes: 5_400,
      rules: 50,
      loadMs: 4.5,
      announceEveryMs: 15_000,
      pollMs: 30_000,
      cells: [
        {
          place: 'nats',
          nodes: 1_000,
          connections: 1_000,
          readMs: { p50: 12.4, p99: 90, max: 1_234 },
          usedMs: { p50: 20, p99: 99, max: 2_000 },
          bytesPerChange: 12_340,
          bytesPerHour: 1_234_000,
          storedBytes: undefined,
        },
      ],
    });
    expect(text).toContain(
      '| NATS | 1,000 | 1,000 | 12 ms, 90 ms, 1.2 s | 20 ms, 99 ms, 2.0 s | 12.3 kB | 1.2 MB | – |',
    );
    expect(text).not.toContain('Other programs');
  });
});
