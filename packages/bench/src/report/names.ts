import type { Library } from '../library.ts';
import type { Shape } from '../shape.ts';

export const nameOf: Readonly<Record<Library, string>> = {
  hand: 'hand-written',
  nanook: 'Nanook',
  'nanook-hook': 'Nanook, audit hook',
  'nanook-declared': 'Nanook, fields declared',
  'nanook-ahead': 'Nanook, ahead of time',
  'nanook-closures': 'Nanook, no code generation',
  'nanook-machine': 'Nanook, machine',
  'nanook-singles': 'Nanook, single checks',
  oso: 'oso',
  casl: 'CASL, built once',
  'casl-request': 'CASL, built per check',
  casbin: 'casbin',
  cedar: 'Cedar',
  accesscontrol: 'AccessControl',
};

export const shapeNames: Readonly<Record<Shape, string>> = {
  typed: 'rows',
  new: 'rows, new for each check',
  discriminator: 'rows, discriminator',
  fields: 'rows, fields declared',
  grants: 'plain grants',
  instances: 'instances',
};

/** Rounds to three significant digits, or two below 10, because the other digits are noise: `1.2`, `12.3`, `123`, `12,300`. */
export function significant(value: number, below10 = 2): string {
  if (value === 0) return '0';
  if (value >= 99.95) {
    const step = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 2);
    return (Math.round(value / step) * step).toLocaleString('en-US', { maximumFractionDigits: 0 });
  }
  return value.toPrecision(value >= 9.995 ? 3 : below10);
}

/** Formats a time in a suitable unit. */
export function duration(ns: number): string {
  if (ns < 999.5) return `${significant(ns)} ns`;
  if (ns < 999.5e3) return `${significant(ns / 1e3, 3)} µs`;
  if (ns < 999.5e6) return `${significant(ns / 1e6, 3)} ms`;
  return `${significant(ns / 1e9, 3)} s`;
}

export const ratio = (value: number): string => `${significant(value)}×`;
