import { describe, expect, it } from 'vitest';
import { percentiles, verifyKeys } from './run.ts';
import { editorSection } from './section.ts';
import { editorWorld } from './world.ts';

describe('the benchmark of an editor', () => {
  it('finds the findings of a fresh check after each key', () => {
    expect(verifyKeys(editorWorld(1), 1)).toBeGreaterThan(150);
  });

  it('renders the figures', () => {
    const figures = percentiles(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(figures).toEqual({ keys: 100, p50: 51, p95: 96, max: 100 });
    const text = editorSection({
      at: '2026-01-02T03:04:05.000Z',
      quick: false,
      cpu: true,
      machine: { cpu: 'A', cores: 2, memoryGb: 8, os: 'Linux', node: '24' },
      load: [0.1, 0.2],
      lines: 10_000,
      files: 74,
      types: 585,
      verified: 160,
      firstMs: 700,
      cells: [{ kind: 'role', ...figures }],
      all: figures,
      heapMb: 60,
    });
    expect(text).toContain('| the name of a role in a block | 100 | 51.0 ms | 96.0 ms | 100 ms |');
    expect(text).toContain('A policy of 10,000 lines in 74 files, with 585 types. The processor time');
  });
});
