import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { Authorizer, type AuthorizerOptions, type Decision, type Diagnostic } from './index.js';
import { loadCandidate } from '../candidate/index.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanook-'));
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'a.polar'), 'allow("ann", "a", _);\n');
  writeFileSync(join(folder, 'deep', 'b.polar'), 'allow("ann", "b", _);\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

class Note {
  constructor(readonly owner: string) {}
}

/** Returns the error of a load. */
const failureOf = (load: () => unknown): unknown => {
  try {
    load();
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('Authorizer.loadSync', () => {
  it('returns the authorizer, not a promise', () => {
    const authorizer = Authorizer.loadSync({
      policies: 'allow(user: String, "read", note: Note) if note.owner = user;',
      types: { Note },
      version: '1.2.0',
    });
    expectTypeOf(authorizer).toEqualTypeOf<Authorizer>();
    expect(authorizer).toBeInstanceOf(Authorizer);
    expect(authorizer.canSync('ann', 'read', new Note('ann'))).toBe(true);
    expect(authorizer.canSync('ben', 'read', new Note('ann'))).toBe(false);
    expect(authorizer.policy.grants('read', Note)).toBe(true);
    expect(authorizer.policy.version).toBe('1.2.0');
  });

  it('reads files, globs and URLs', async () => {
    const policies = [
      join(folder, '*.polar'),
      pathToFileURL(join(folder, 'deep', 'b.polar')),
      'allow("ann", "c", _);',
    ];
    const authorizer = Authorizer.loadSync({ policies });
    const loaded = await Authorizer.load({ policies });
    expect([...(await authorizer.actions('ann', 1))]).toEqual(['a', 'b', 'c']);
    expect(authorizer.policy.hash).toBe(loaded.policy.hash);
    expect(authorizer.policy.sources).toEqual(loaded.policy.sources);
  });

  it('returns an authorizer that reloads its files, loads candidates and lists', async () => {
    const authorizer = Authorizer.loadSync({ policies: join(folder, '**/*.polar') });
    writeFileSync(join(folder, 'a.polar'), 'allow("ann", "d", _);\n');
    await authorizer.reload();
    expect([...(await authorizer.actions('ann', 1))]).toEqual(['d', 'b']);
    const candidate = await loadCandidate(authorizer, 'allow("ann", "e", _);');
    await candidate.promote();
    expect(await authorizer.can('ann', 'e', 1)).toBe(true);
  });

  it.each<readonly [string, AuthorizerOptions]>([
    ['a syntax error', { policies: 'allow("ann", "read"' }],
    ['several errors', { policies: ['allow(a, "x", _);', 'allow(_, "read", _: Nte);'], types: { Note } }],
    ['a missing file', { policies: 'nope.polar' }],
    ['a pattern without matches', { policies: 'nope/*.polar' }],
    ['a file without its extension', { policies: 'policy/' }],
    ['no policy', { policies: [] }],
    ['an inline query that fails', { policies: 'f(1); ?= f(2);' }],
    ['an unknown option', { policies: 'f(1);', other: {} } as AuthorizerOptions],
    ['an invalid type', { policies: 'f(1);', types: { Note: 3 as never } }],
  ])('throws the error of `load` for %s', async (_, options) => {
    const expected = (await Authorizer.load(options).catch((error: unknown) => error)) as Error;
    expect(expected).toBeInstanceOf(Error);
    const thrown = failureOf(() => Authorizer.loadSync(options)) as Error;
    expect(thrown).toEqual(expected);
    expect({ ...thrown, message: thrown.message }).toEqual({ ...expected, message: expected.message });
  });

  it('throws for a file that is not UTF-8', () => {
    writeFileSync(join(folder, 'bad.polar'), Buffer.from([0xff, 0xfe, 0x28]));
    expect(failureOf(() => Authorizer.loadSync({ policies: join(folder, 'bad.polar') }))).toMatchObject({
      code: 'POLAR_LOAD_UNREADABLE',
    });
  });

  it('throws when an inline query meets a promise', () => {
    const constants = { later: () => Promise.resolve(1) };
    const policies = '?= later.call() = 1;';
    expect(
      failureOf(() => Authorizer.loadSync({ policies, constants: { later: { call: constants.later } } })),
    ).toMatchObject({
      code: 'POLAR_RUN_PROMISE_IN_SYNC',
    });
  });

  it('passes the warnings of the policy and of denials to `onWarning`', async () => {
    const warnings: Diagnostic[] = [];
    const expected: Diagnostic[] = [];
    const options = (into: Diagnostic[]): AuthorizerOptions => ({
      policies: 'allow("ann", "read", note: Note) if note.owner = "ann"; unused(1);',
      types: { Note },
      denialWarnings: true,
      onWarning: (warning) => into.push(warning),
    });
    const authorizer = Authorizer.loadSync(options(warnings));
    const loaded = await Authorizer.load(options(expected));
    for (const each of [authorizer, loaded])
      expect(await each.can('ann', 'raed', new Note('ann'))).toBe(false);
    expect(warnings.map(({ code }) => code)).toEqual(expected.map(({ code }) => code));
    expect(warnings.length).toBeGreaterThan(1);
    expect(authorizer.policy.warnings).toEqual(loaded.policy.warnings);
  });

  it.each(['auto', 'source', 'closures', 'machine'] as const)(
    'decides with the engine %s',
    async (engine) => {
      const decisions: Decision[] = [];
      const options: AuthorizerOptions = { policies: 'allow("ann", "read", _);', engine };
      const authorizer = Authorizer.loadSync({
        ...options,
        onDecision: (decision) => void decisions.push(decision),
      });
      expect(authorizer.policy.engine).toBe((await Authorizer.load(options)).policy.engine);
      expect(authorizer.canSync('ann', 'read', 1)).toBe(true);
      expect(decisions).toMatchObject([{ actor: 'ann', outcome: 'allowed' }]);
    },
  );

  it('says that its checks cannot be inspected when NANOOK_INSPECT is set', () => {
    vi.stubEnv('NANOOK_INSPECT', '9230');
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const authorizer = Authorizer.loadSync({ policies: 'allow("ann", "read", _);' });
    expect(write.mock.calls.join()).toContain('Nanook cannot inspect the checks of `Authorizer.loadSync`');
    expect(authorizer.canSync('ann', 'read', 1)).toBe(true);
    vi.unstubAllEnvs();
    write.mockRestore();
  });
});
