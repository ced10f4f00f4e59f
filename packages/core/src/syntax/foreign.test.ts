import { describe, expect, it } from 'vitest';
import { errorsOf, messagesOf } from './reading.fixture.js';

const rule = 'ok(1);';

describe('syntax of another language', () => {
  it.each([
    ['f(x) :- x = 1;', '1:6', ':-'],
    ['f(x) => x = 1;', '1:6', '=>'],
    ['f(x) IF x = 1;', '1:6', 'IF'],
    ['f(x) when x = 1;', '1:6', 'when'],
    ['f(x) if x = 1.', '1:14', '.'],
    ['f(x).', '1:5', '.'],
    ['f(x) { x = 1 }', '1:6', '{'],
    ['f(x) { x === 1; y !== 2; }', '1:6', '{'],
    ['f(x) if { x = 1 }', '1:9', '{'],
    ['f(x) if x = 1, x = 2;', '1:14', ','],
    ['f(x) if x = 1 AND x = 2;', '1:15', 'AND'],
    ['f(x) if NOT (x = 1);', '1:9', 'NOT'],
    ['f(x) if x is nil;', '1:11', 'is'],
    ['f(x) if x is not nil;', '1:11', 'is not'],
    ['f(x) if let y = x;', '1:9', 'let'],
    ['f(x) if x["a"] = 1;', '1:10', '["a"]'],
    ['f(x) if x ? 1 : 2;', '1:11', '?'],
    ['f(x) if x ?? 1;', '1:11', '??'],
    ['f(x) if x.some(y => y = 1);', '1:18', '=>'],
    ['f(x) if x =< 1;', '1:11', '=<'],
    ['f(x) if x in (1, 2);', '1:16', ','],
    ['f(x) if (x = 1, x = 2);', '1:15', ','],
    ['f(x) if x ≥ 1 and “a” = x;', '1:11', '≥', '1:19', '“a”'],
    ['f(x) if x = `a`;', '1:13', '`a`'],
    ['f(x,);', '1:4', ','],
    ['f(User x);', '1:3', 'User x'],
    ['// a\n// b', '1:1', '//'],
    ['/* a\n b */', '1:1', '/*'],
    ['-- a', '1:1', '--'],
    ['{% if x %}', '1:1', '{%'],
    ['import "a.polar";', '1:1', 'import'],
    ['import { A } from "./a";', '1:1', 'import'],
    ['function f(x) { return x === 1; }', '1:1', 'function'],
    ['def f(x):\n  return x && y', '1:1', 'def'],
    ['if (x.ok) {\n  f(x);\n}', '1:1', 'if'],
    ['@id("a")', '1:1', '@'],
    ['permit(principal, action == Action::"a", resource) when { principal.id === 1 };', '1:1', 'permit'],
    ['forbid(principal, action, resource) unless { resource.ok };', '1:1', 'forbid'],
    ['admins := ["a"];', '1:1', 'admins :='],
    ['relation owner: User;', '1:1', 'relation'],
    ['resource R { roles: ["a"]; }', '1:19', ':'],
    ['resource R { relation owner: User; }', '1:14', 'relation owner'],
    ['resource R { "a" if "b" || "c"; }', '1:25', '||'],
    ['resource R { a if "b"; }', '1:14', 'a'],
    ['resource R {\n  f(x) if x = 1;\n}', '2:3', 'f'],
    ['type R { roles = ["a"]; }', '1:1', 'type R'],
    ['actor User;', '1:11', ';'],
  ])('gets one error at its exact place, and the parser reads on: %s', (text, ...found) => {
    const expected = found.flatMap((at, i) => (i % 2 === 0 ? [`${at} FOREIGN_SYNTAX ${found[i + 1]}`] : []));
    expect(errorsOf(text)).toEqual(expected);
    // A mistake in the next statement is reported too.
    expect(errorsOf(`${text}\n${rule}\nlast(x) if x ==;`).slice(expected.length)).toEqual([
      `${text.split('\n').length + 2}:16 UNEXPECTED_TOKEN ;`,
    ]);
  });

  it('causes one error for a whole file of Rego', () => {
    expect(
      errorsOf('package a.b\n\nimport rego.v1\ndefault allow := false\nallow if { input.x === 1 }'),
    ).toEqual(['1:1 FOREIGN_SYNTAX package']);
  });

  it('does not include valid Polar', () => {
    expect(
      errorsOf(`
        f(x:-1, {a: 1}) if x? and {a: x}.a = 1 and x - -1 = 2 and [x] = [1] and x in [1] and is(x);
        permit(_, _, _);
        function(_);
        import(x) if let(x) and x = {const: 1};
        actor User {}
        f(x) if x in [ # a // b
          1];
      `),
    ).toEqual([]);
  });

  it('causes a message with the correction', () => {
    expect(
      messagesOf(`
        f(x) :- x = 1;
        f(x) if x = 1, y = 2;
        // comment
        let y = 1;
        f(x) if x contains 1;
        f(x)
      `),
    ).toEqual([
      '`:-` is not Polar; write `if`',
      '`,` is not Polar; write `and`',
      '`//` is not Polar; write `#`',
      '`let y =` is not Polar; Polar has no global variables; pass the value in the option `constants`, or write a fact such as `limit(10);`',
      '`contains` is not Polar; write `item in list`',
      'expected `;` at the end of the rule',
    ]);
  });
});
