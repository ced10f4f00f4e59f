import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { counted } from './counted.js';

describe('counted', () => {
  const shown: string[] = [];
  const io = { progress: (text: string) => void shown.push(text) };

  it('passes on all items, shows their number while the work lasts, and removes it at the end', async () => {
    async function* slow(): AsyncGenerator<number> {
      yield 1;
      await wait(150);
      yield 2;
      yield 3;
    }
    const items: number[] = [];
    for await (const item of counted(slow(), 'check', io)) items.push(item);
    expect(items).toEqual([1, 2, 3]);
    expect(shown).toEqual(['2 checks', '']);
  });

  it('shows the number of all items if it is known', async () => {
    shown.length = 0;
    async function* slow(): AsyncGenerator<number> {
      await wait(150);
      yield 1;
    }
    for await (const item of counted(slow(), 'check', io, 4)) expect(item).toBe(1);
    expect(shown).toEqual(['1 of 4 checks', '']);
  });

  it('shows nothing for short work', async () => {
    shown.length = 0;
    for await (const item of counted([1], 'check', io)) expect(item).toBe(1);
    expect(shown).toEqual([]);
  });
});
