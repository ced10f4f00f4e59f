import { describe, expect, it } from 'vitest';
import { plainData, plainText } from './plain-data.js';

describe('plainData', () => {
  it.each<[string, unknown, unknown]>([
    ['a bigint', 10n, '10'],
    ['a number that JSON has not', Number.NaN, 'NaN'],
    ['a date', new Date('2026-01-31T00:00:00Z'), '2026-01-31T00:00:00.000Z'],
    ['an invalid date', new Date(''), null],
    ['undefined', undefined, undefined],
    ['a function', () => {}, undefined],
    ['a list with holes', [1, undefined, Symbol('x')], [1, null, null]],
    ['an object with toJSON', { toJSON: () => ({ id: 1 }) }, { id: 1 }],
    ['a deep object', { a: { b: { c: { d: 1 } } } }, { a: { b: { c: '…' } } }],
    ['a key that sets the prototype', JSON.parse('{"__proto__": {"a": 1}, "b": 2}'), { b: 2 }],
  ])('copies %s', (_name, value, data) => {
    expect(plainData(value)).toEqual(data);
  });

  it('ends for cycles, endless lists of keys and objects that return themselves', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const self = { toJSON: (): unknown => self };
    const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, 'x'.repeat(5_000)]));
    for (const value of [cycle, self, wide, Array(1_000).fill(wide)])
      expect(JSON.stringify(plainData(value)).length).toBeLessThan(300_000);
  });
});

it('plainData returns less than the half of a message of NATS, also for characters that JSON escapes', () => {
  const texts = (key: string): object =>
    Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}${key}`, '\u0001'.repeat(1_000)]));
  const value = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`k${i}`, texts('\u0001'.repeat(900))]),
  );
  expect(Buffer.byteLength(JSON.stringify(plainData(value)))).toBeLessThan(400_000);
});

describe('plainText', () => {
  it('replaces characters that no database stores', () => {
    expect(plainText('a\0b')).toBe('a\ufffdb');
    expect(plainText('\ud83d')).toBe('\ufffd');
    expect(plainText('😀 ok')).toBe('😀 ok');
    // Twice, because a pattern with a state would find only every second one.
    expect(plainText('\ud83d')).toBe('\ufffd');
  });

  it.each([
    ['a', 1_000, 1_000],
    ['a', 1_001, 1_000],
    ['é', 501, 500],
    ['水', 334, 333],
    ['😀', 251, 250],
    ['😀', 5_000, 250],
  ])('cuts %s × %i to 1,000 bytes in UTF-8, and no character in half', (character, given, kept) => {
    const cut = given === kept ? '' : '…';
    expect(plainText(character.repeat(given))).toBe(`${character.repeat(kept)}${cut}`);
  });

  it('counts the bytes of a long text with a lone surrogate', () => {
    expect(plainText(`\ud83d${'a'.repeat(1_000)}`)).toBe(`\ufffd${'a'.repeat(997)}…`);
  });
});
