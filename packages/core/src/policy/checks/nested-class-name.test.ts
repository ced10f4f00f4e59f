import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnose.fixture.js';

describe('nested-class-name', () => {
  it('warns about a bare class name inside a pattern', () => {
    const code = 'POLAR_CHECK_NESTED_CLASS_NAME';
    expect(diagnose`
      f(_: {a: Integer}, x) if x matches [String, {b: List}] and x = [Float];
    `).toEqual([
      { code, at: '1:10', data: { name: 'Integer' } },
      { code, at: '1:37', data: { name: 'String' } },
      { code, at: '1:49', data: { name: 'List' } },
    ]);
  });

  it('accepts a class name with braces', () => {
    expect(diagnose`
      f(_: {a: Integer{}}, _: [String{}]);
    `).toEqual([]);
  });
});
