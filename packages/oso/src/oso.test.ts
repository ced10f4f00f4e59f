import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Oso } from './index.js';
import { Query } from './query.js';

class Note {
  declare isPrivate?: boolean;
  constructor(readonly owner: string) {}
}

afterEach(() => void vi.restoreAllMocks());

/** The text of each warning. */
function captured(): string[] {
  const texts: string[] = [];
  vi.spyOn(console, 'warn').mockImplementation((...args: unknown[]) => void texts.push(args.join(' ')));
  return texts;
}

describe('an error below a negation', () => {
  const policy = 'allow(_, "read", note: Note) if not note.isPrivate = true;';

  it('lets the negation hold, and causes one warning for its place', async () => {
    const warnings = captured();
    const oso = new Oso();
    oso.registerClass(Note);
    await oso.loadStr(policy, 'app.polar');
    expect(await oso.isAllowed('bob', 'read', new Note('ann'))).toBe(true);
    expect(await oso.isAllowed('bob', 'read', new Note('eve'))).toBe(true);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('app.polar:1:37');
    expect(warnings[0]).toContain('strict: true');
  });

  it('rejects the check with strict: true', async () => {
    const oso = new Oso({ strict: true });
    oso.registerClass(Note);
    await oso.loadStr(policy);
    await expect(oso.isAllowed('bob', 'read', new Note('ann'))).rejects.toThrow('isPrivate');
  });
});

describe('an isaCheck', () => {
  it('rejects a check that tests its type with the reason of a promise that is rejected', async () => {
    const oso = new Oso();
    oso.registerClass(class {}, {
      name: 'Banned',
      isaCheck: (async () => Promise.reject(new Error('no'))) as never,
    });
    await oso.loadStr('allow(x, "read", _) if not x matches Banned; allow(_, "list", _);');
    await expect(oso.isAllowed({}, 'read', 1)).rejects.toThrow('no');
    expect(await oso.isAllowed({}, 'list', 1)).toBe(true);
  });

  it('calls an isaCheck whose result is a promise once for each value of a query', async () => {
    let count = 0;
    const oso = new Oso();
    oso.registerClass(class {}, {
      name: 'Banned',
      isaCheck: (() => (count++, Promise.resolve(false))) as never,
    });
    await oso.loadStr('f(x) if forall(n in [1, 2, 3], n > 0 and not x matches Banned);');
    expect(await oso.queryRuleOnce('f', 'ann')).toBe(true);
    expect(count).toBe(1);
  });

  it('rejects only the checks that test its type if it throws', async () => {
    const oso = new Oso();
    oso.registerClass(class {}, { name: 'Row', isaCheck: (row) => row.type.name === 'row' });
    await oso.loadStr('allow(_: Row, "read", x) if not x matches Row;');
    const row = { type: { name: 'row' } };
    expect(await oso.isAllowed(row, 'read', row)).toBe(false);
    expect(await oso.isAllowed(row, 'read', { type: {} })).toBe(true);
    await expect(oso.isAllowed(row, 'read', {})).rejects.toThrow(TypeError);
    expect(await oso.isAllowed({}, 'write', {})).toBe(false);
  });
});

describe('a constraint on a variable that no argument decides', () => {
  it('throws an error with the variable and the condition', async () => {
    const oso = new Oso();
    await oso.loadStr('allow(_, _, _) if y > 1 and y < 5;');
    await expect(oso.isAllowed(1, 2, 3)).rejects.toMatchObject({
      name: 'RuntimeError::UnhandledPartial',
      message: expect.stringMatching(
        /^Found an unhandled partial in the query result: y\n[^]*The unhandled partial is for variable y\.\nThe expression is: y > 1\n/,
      ) as string,
    });
  });
});

describe('registerConstant and registerClass', () => {
  it('throw a TypeError for a name that is not a string', () => {
    const oso = new Oso();
    for (const name of [console, 5, ['limit'], undefined, null])
      expect(() => oso.registerConstant('limit', name as never)).toThrow(TypeError);
    expect(() => oso.registerConstant('limit', console as never)).toThrow('registerConstant(value, name)');
    expect(() => oso.registerClass(Note, { name: {} as never })).toThrow(TypeError);
  });
});

describe('new Query() of dist/src/Query', () => {
  it('throws an error that names oso.query()', () => {
    expect(() => new Query()).toThrow('oso.query()');
  });
});

describe('unsafeHostAccess', () => {
  const policy = 'allow(_, "read", note: Note) if note.constructor.name = "Note";';

  it('appears as the remedy in the error about a member that leads to the internals of JavaScript', async () => {
    const oso = new Oso();
    oso.registerClass(Note);
    await oso.loadStr(policy);
    await expect(oso.isAllowed('ann', 'read', new Note('ann'))).rejects.toThrow('unsafeHostAccess: true');
  });

  it('permits the members that oso permits', async () => {
    const oso = new Oso({ unsafeHostAccess: true });
    oso.registerClass(Note);
    await oso.loadStr(policy);
    expect(await oso.isAllowed('ann', 'read', new Note('ann'))).toBe(true);
  });
});

describe('loadFiles', () => {
  it('takes effect after classes that are registered meanwhile, when nothing awaits it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nanook-oso-'));
    try {
      const file = join(folder, 'app.polar');
      writeFileSync(
        file,
        'allow(_, "read", _: Note); resource Note { permissions = ["read"]; } has_permission(_: Actor, "read", _: Note);',
      );
      captured();
      const oso = new Oso();
      const loading = oso.loadFiles([file]);
      oso.registerClass(Note);
      await loading;
      expect(await oso.isAllowed('ann', 'read', new Note('ann'))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names the file in errors', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nanook-oso-'));
    try {
      const file = join(folder, 'app.polar');
      writeFileSync(file, 'f(x) if g(;');
      await expect(new Oso().loadFiles([file])).rejects.toMatchObject({
        name: 'ParseError::UnrecognizedToken',
        message: `did not expect to find the token ';' at line 1, column 11 of file ${file}:\n\t001: f(x) if g(;\n\t               ^\n`,
      });
      writeFileSync(file, 'f(1);');
      await expect(new Oso().loadFiles([file, file])).rejects.toThrow('has already been loaded');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('POLAR_IGNORE_NO_ALLOW_WARNING', () => {
  it('turns off the warning about a missing allow rule for a new Oso', async () => {
    const warnings = captured();
    vi.stubEnv('POLAR_IGNORE_NO_ALLOW_WARNING', '1');
    const oso = new Oso();
    vi.unstubAllEnvs();
    await oso.loadStr('f(1);');
    expect(warnings).toEqual([]);
  });
});

it('a number that no rule names does not change the answer for a quotient', async () => {
  const oso = new Oso();
  await oso.loadStr('blocked(1); blocked(2); allow(_, "read", n) if not blocked(n / 2);');
  expect([...(await oso.authorizedActions('u', 7))]).toEqual(['read']);
  expect(await oso.isAllowed('u', 'read', 2)).toBe(false);
});
