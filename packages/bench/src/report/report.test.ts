import { describe, expect, it } from 'vitest';
import type { Cell, Results } from '../results.ts';
import { checksChart, growthChart } from './chart.ts';
import { markdown } from './markdown.ts';
import { duration, ratio, significant } from './names.ts';

const cell = (scenario: string, size: number, library: Cell['library'], median: number): Cell => ({
  scenario,
  size,
  shape: 'instances',
  library,
  ns: { median, min: median * 0.9, max: median * 1.1 },
  checked: 1_000,
  of: 1_000,
});

const results: Results = {
  at: '2026-01-02T03:04:05.000Z',
  quick: false,
  seed: 1,
  rounds: 11,
  roundMs: 150,
  machine: { cpu: 'A & B', cores: 2, memoryGb: 8, os: 'Linux', node: '24' },
  versions: { oso: '0.27.3' },
  load: [0.1, 0.2],
  cells: [
    cell('S1', 1, 'hand', 20),
    cell('S1', 1, 'nanook', 50),
    { ...cell('S1', 1, 'oso', 1e6), checked: 400 },
    cell('S5', 1, 'hand', 20),
    cell('S5', 10, 'hand', 80),
    cell('S5', 1, 'nanook', 60),
    cell('S5', 10, 'nanook', 160),
    cell('S5', 1, 'oso', 2e6),
    { ...cell('S5', 1, 'hand', 25), shape: 'typed' },
    { ...cell('S5', 1, 'nanook', 75), shape: 'typed' },
    { ...cell('S5', 10, 'nanook', 200), shape: 'typed' },
    cell('Rules denied', 10, 'hand', 5),
    cell('Rules denied', 10, 'nanook', 10),
    { scenario: 'S5', size: 10, shape: 'instances', library: 'oso', note: 'too slow at this size' },
    { scenario: 'S1', size: 1, shape: 'instances', library: 'nanook-machine', note: 'not in this build' },
  ],
  once: [{ what: 'import nanook', unit: 'ms', value: { median: 8, min: 7, max: 9 } }],
  sizes: [{ what: '@nanook/core', minified: 102_400, gzip: 30_720 }],
};

describe('significant(), duration() and ratio()', () => {
  it('round to significant digits', () => {
    expect([0, 1.234, 12.34, 123.4, 12_345, 999.6].map((value) => significant(value))).toEqual([
      '0',
      '1.2',
      '12.3',
      '123',
      '12,300',
      '1,000',
    ]);
    expect([3.61, 17.2, 1_070, 28_600, 2e6, 1.3e9].map(duration)).toEqual([
      '3.6 ns',
      '17.2 ns',
      '1.07 µs',
      '28.6 µs',
      '2.00 ms',
      '1.30 s',
    ]);
    expect(ratio(2.5)).toBe('2.5×');
  });
});

describe('the report', () => {
  const text = markdown(results);

  it('shows the ratios to the hand-written function and to oso', () => {
    expect(text).toContain('| S5, D = 10 | 80.0 ns | 160 ns (2.0×) | – |');
    expect(text).toContain('| instances | Nanook | 50.0 ns | 45.0 ns – 55.0 ns | 2.5× | 20,000× |  |');
    expect(text).toContain(
      '| instances | oso | 1.00 ms | 900 µs – 1.10 ms | 50,000× | 1.0× | 400 of 1,000 checks |',
    );
  });

  it('starts with rows, compared with the hand-written function for rows', () => {
    const [rows, instances, special] = ['### Plain rows', '### Instances', '### Many rules'].map((title) =>
      text.indexOf(title),
    );
    expect([0, rows, instances, special]).toEqual([0, rows, instances, special].toSorted((a, b) => a! - b!));
    expect(text.slice(rows, instances)).toContain('| S5, D = 1 | 25.0 ns | 75.0 ns (3.0×) |');
    expect(text.slice(special)).toContain('| Rules denied, R = 10 | 5.0 ns | 10.0 ns (2.0×) |');
  });

  it('lists the scenarios that were not measured, with the reason', () => {
    expect(text).toContain('| oso | too slow at this size | S5, D = 10 |');
    expect(text).toContain('| Nanook, machine | not in this build | all |');
  });

  it('omits scenarios and sections without measurements', () => {
    expect(text).not.toContain('S3');
    expect(markdown({ ...results, once: [], sizes: [] })).not.toMatch(/## (Size|Import)/);
  });
});

describe('checksChart() and growthChart()', () => {
  it('show each measured library', () => {
    const chart = checksChart(results);
    expect(chart.match(/<rect class="(?!ground)/g)).toHaveLength(3);
    expect(chart).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('connect the sizes of a scenario', () => {
    const chart = growthChart(results);
    expect(chart.match(/<polyline/g)).toHaveLength(3);
    expect(chart.match(/<polyline[^>]*dasharray/g)).toHaveLength(1);
    expect(chart.match(/<circle/g)).toHaveLength(8);
    expect(chart).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('render without measurements', () => {
    const nothing = { ...results, cells: [] };
    expect(checksChart(nothing)).toContain('Nothing was measured');
    expect(growthChart(nothing)).toContain('Nothing was measured');
  });
});
