import { expect, it } from 'vitest';
import { colorPolicy } from './polar-colors.js';

const colors = (text: string): string[] =>
  colorPolicy(text).map(({ start, end, color }) => `${color} ${text.slice(start, end)}`);

it('colors a rule by its tokens', () => {
  expect(colors('allow(user: User, "read", _) if user.age > 3; # adults')).toEqual([
    'call allow',
    'type User',
    'string "read"',
    'keyword if',
    'property age',
    'number 3',
    'comment # adults',
  ]);
});

it('colors the words of blocks and tests, which are names elsewhere', () => {
  expect(colors('resource Note { roles = ["owner"]; }')).toEqual([
    'keyword resource',
    'type Note',
    'keyword roles',
    'string "owner"',
  ]);
  expect(colors('test "x" { assert f(on); }').slice(0, 4)).toEqual([
    'keyword test',
    'string "x"',
    'keyword assert',
    'call f',
  ]);
  expect(colors('f(roles, resource) if x.test = resource')).not.toContain('keyword resource');
});

it('marks text that is not a token', () => {
  expect(colors('f("a').at(-1)).toBe('invalid "a');
});
