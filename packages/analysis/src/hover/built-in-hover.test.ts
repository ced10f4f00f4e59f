import { expect, it } from 'vitest';
import { Workspace } from '../workspace/workspace.js';

/** Returns a workspace with one file, and the place of `|` in its text. */
function opened(marked: string) {
  const workspace = new Workspace({
    types: { User: { fields: { email: 'String', tags: ['String'], since: 'Date' } } },
  });
  workspace.update('a.polar', marked.replace('|', ''));
  return { workspace, offset: marked.indexOf('|') };
}

function hovered(marked: string) {
  const { workspace, offset } = opened(marked);
  const found = workspace.hover('a.polar', offset);
  return found && [found.code, found.text, workspace.text('a.polar')!.slice(found.start, found.end)];
}

it('describes the method of a value whose type is certain', () => {
  expect(hovered('f(user: User) if user.email.|startsWith("a");')).toEqual([
    ['String.startsWith(s: String): Boolean'],
    ['Returns whether the string begins with `s`.'],
    'startsWith',
  ]);
  expect(hovered('f(user: User) if user.tags.|length > 1;')).toEqual([
    ['List.length: Integer'],
    ['Returns the number of items.'],
    'length',
  ]);
  expect(hovered('f(x) if "abc".|includes(x) and x = x;')?.[0]).toEqual([
    'String.includes(s: String): Boolean',
  ]);
  expect(hovered('f(user: User) if user.since < Clock.|now();')?.[0]).toEqual(['Clock.now(): Date']);
});

it('describes the methods of all types for a value of any type', () => {
  expect(hovered('f(x) if x.|includes(x);')).toEqual([
    ['String.includes(s: String): Boolean', 'List.includes(x: any value): Boolean'],
    [
      '`String`: returns whether the string contains `s`.',
      "`List`: returns whether `x` is an item, by JavaScript's comparison; `in` compares as `=` does.",
    ],
    'includes',
  ]);
});

it('describes no method that a value does not have', () => {
  expect(hovered('f(user: User) if user.|includes(1);')).toBeUndefined();
  expect(hovered('f(user: User) if user.email.|join(1);')).toBeUndefined();
  expect(hovered('f(x) if x.|includes = x;')).toBeUndefined();
});

it('has the signature of a method around a place, with the number of the argument', () => {
  const { workspace, offset } = opened('f(user: User) if user.email.replace("a", |');
  expect(workspace.signature('a.polar', offset)).toEqual({
    heads: [
      {
        text: 'String.replace(a: String, b: String): String',
        parameters: ['a: String', 'b: String'],
        returns: 'the string with the first `a` replaced by `b`',
      },
    ],
    index: 1,
  });
  const inside = opened('g(_, _);\nf(user: User) if g(1, user.email.slice(|');
  expect(inside.workspace.signature('a.polar', inside.offset)?.heads[0]?.text).toContain('String.slice(');
  const outside = opened('g(_, _);\nf(user: User) if g(user.email.slice(1), |');
  expect(outside.workspace.signature('a.polar', outside.offset)?.heads[0]?.text).toBe('g(_, _)');
  const list = opened('f(x) if List.of(|');
  expect(list.workspace.signature('a.polar', list.offset)?.heads[0]?.text).toBe(
    'List.of(…: any value): List',
  );
});
