import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { enterFolder, nanook } from '../testing/run.fixture.js';

const policy = 'allow(user: User, "read", _: Note) if user.id = 1;\n';

const enter = (fixtures: string, types = '{ User: {}, Note: {} }'): Promise<void> =>
  enterFolder({
    'a.polar': policy,
    'nanook.config.mjs': `export default { types: ${types}, fixtures: ${fixtures} };`,
  });

describe('fixtures', () => {
  it.each([
    ["() => { throw new TypeError('no database'); }", 'no database'],
    ["async () => { throw new TypeError('no database'); }", 'no database'],
    ['async () => { throw undefined; }', 'undefined was thrown'],
  ])('reports the error of %s, and exits with 2', async (fixtures, reason) => {
    await enter(fixtures);
    for (const args of [
      ['query', 'x = 1'],
      ['explain', 'a', 'b', 'c'],
      ['test'],
      ['who-can', 'read', 'Note'],
    ])
      expect(await nanook(...args)).toEqual({
        code: 2,
        out: '',
        err: `the fixtures of nanook.config.mjs cannot be loaded: ${reason}\n`,
      });
  });

  it.each([
    ['() => null', 'null'],
    ['[1]', 'a list'],
  ])('rejects %s, which is no object of values', async (fixtures, found) => {
    await enter(fixtures);
    expect(await nanook('query', 'x = 1')).toMatchObject({
      code: 2,
      err: expect.stringContaining(`found ${found}`),
    });
  });

  it.each([
    ['User', 'a type'],
    ['Integer', 'a type'],
    ['nil', 'a word of the language'],
  ])('rejects the name `%s`, because a query means %s by it', async (name, kind) => {
    await enter(`{ ${name}: { id: 1 } }`);
    expect(await nanook('query', 'x = 1')).toMatchObject({
      code: 2,
      err: `the fixture \`${name}\` has the name of ${kind}; give it another name\n`,
    });
  });

  it('accepts names that every object of JavaScript inherits, and names that only a shell can write', async () => {
    await enter("{ constructor: { id: 1 }, ['__proto__']: { id: 2 }, 'a b': { id: 3 } }");
    expect(await nanook('query', 'x = constructor.id and y = __proto__.id')).toMatchObject({
      out: 'x = 1, y = 2\n',
    });
    expect((await nanook('explain', 'a b', 'read', 'Note')).code).toBe(1);
  });

  it('reads JSON with a byte order mark', async () => {
    await enterFolder({
      'a.polar': policy,
      'nanook.config.json': '\uFEFF{ "types": { "User": {}, "Note": {} }, "fixtures": { "one": 1 } }',
    });
    expect(await nanook('query', 'x = one')).toMatchObject({ out: 'x = 1\n' });
  });

  it('reads dates of JSON as dates, which `Clock.now()` can be compared with', async () => {
    const fixtures = { past: { $date: '2020-01-01T00:00:00Z' }, pass: { until: { $date: '2120-01-01' } } };
    await enterFolder({
      'a.polar': policy,
      'nanook.config.json': JSON.stringify({ types: { User: {}, Note: {} }, fixtures }),
    });
    expect(await nanook('query', 'past < Clock.now() and Clock.now() < pass.until')).toMatchObject({
      out: 'true\n',
    });
  });

  it.each(['2027-13-01', 5])('rejects the date %s of JSON', async (date) => {
    await enterFolder({
      'a.polar': policy,
      'nanook.config.json': JSON.stringify({
        types: { User: {}, Note: {} },
        fixtures: { past: { $date: date } },
      }),
    });
    expect(await nanook('query', 'x = 1')).toMatchObject({
      code: 2,
      err: `expected a date such as { "$date": "2027-01-31T12:00:00Z" }, found ${JSON.stringify(date)}\n`,
    });
  });

  it.each([
    ['nanook.config.mjs', 'export default'],
    ['nanook.config.cjs', 'module.exports ='],
    ['nanook.config.ts', 'enum One { A } export default'],
  ])('are those of the changed %s after it was read before', async (name, start) => {
    await enterFolder({ 'a.polar': policy });
    for (const value of [1, 2, 3]) {
      await writeFile(name, `${start} { fixtures: { one: ${value} } };`);
      expect((await nanook('query', 'x = one')).out).toBe(`x = ${value}\n`);
    }
  });
});
