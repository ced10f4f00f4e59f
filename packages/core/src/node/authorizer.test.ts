import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Authorizer as TextAuthorizer } from '../index.js';
import { globToRegExp } from './glob.js';
import { Authorizer } from './index.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanook-'));
  mkdirSync(join(folder, 'policy', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'policy', 'a.polar'), 'allow(_, "a", _);\n');
  writeFileSync(join(folder, 'policy', 'deep', 'b.polar'), 'allow(_, "b", _);\n');
  writeFileSync(join(folder, 'policy', 'notes.txt'), 'no policy');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const actions = async (authorizer: Authorizer) => [...(await authorizer.authorizedActions(1, 1))];

describe('policies under Node', () => {
  it('are files, globs, URLs and texts together', async () => {
    const text = 'allow(_, "c", _);';
    expect(await actions(await Authorizer.load({ policies: join(folder, 'policy/a.polar') }))).toEqual(['a']);
    expect(
      await actions(await Authorizer.load({ policies: [join(folder, 'policy/*.polar'), text] })),
    ).toEqual(['a', 'c']);
    expect(await actions(await Authorizer.load({ policies: [join(folder, 'policy/**/*.polar')] }))).toEqual([
      'a',
      'b',
    ]);
    expect(
      await actions(await Authorizer.load({ policies: [pathToFileURL(join(folder, 'policy/a.polar'))] })),
    ).toEqual(['a']);
  });

  it('that are not there are an error, never an empty policy', async () => {
    await expect(Authorizer.load({ policies: join(folder, 'nope.polar') })).rejects.toMatchObject({
      code: 'POLAR_LOAD_FILE_NOT_FOUND',
    });
    await expect(Authorizer.load({ policies: join(folder, 'nope/*.polar') })).rejects.toMatchObject({
      code: 'POLAR_LOAD_NO_FILE_MATCHES',
    });
    await expect(Authorizer.load({ policies: 'policy/' })).rejects.toMatchObject({
      code: 'POLAR_LOAD_FILE_EXTENSION',
    });
    writeFileSync(join(folder, 'bad.polar'), Buffer.from([0xff, 0xfe, 0x28]));
    await expect(Authorizer.load({ policies: join(folder, 'bad.polar') })).rejects.toMatchObject({
      code: 'POLAR_LOAD_UNREADABLE',
    });
  });

  it('elsewhere files are refused with a hint', async () => {
    await expect(TextAuthorizer.load({ policies: 'policy/a.polar' })).rejects.toMatchObject({
      code: 'POLAR_LOAD_NO_FILES_HERE',
    });
  });
});

describe('watch', () => {
  it('reloads what changed, and keeps the old policy when it is broken', async () => {
    const file = join(folder, 'policy', 'a.polar');
    const authorizer = await Authorizer.load({ policies: join(folder, 'policy', '*.polar') });
    const errors: unknown[] = [];
    let reloaded = (): void => {};
    const next = () => new Promise<void>((resolve) => (reloaded = resolve));
    const watch = authorizer.watch({
      onReload: () => reloaded(),
      onError: (error) => {
        errors.push(error);
        reloaded();
      },
    });
    try {
      let changed = next();
      writeFileSync(file, 'allow(_, "z", _);\n');
      await changed;
      expect(await actions(authorizer)).toEqual(['z']);
      changed = next();
      writeFileSync(file, 'allow(_, "y"');
      await changed;
      expect(errors).toEqual([expect.objectContaining({ name: 'PolicyError' })]);
      expect(await actions(authorizer)).toEqual(['z']);
    } finally {
      watch.close();
    }
  });
});

describe('glob', () => {
  it.each([
    ['policy/*.polar', 'policy/a.polar', true],
    ['policy/*.polar', 'policy/x/a.polar', false],
    ['policy/**/*.polar', 'policy/a.polar', true],
    ['policy/**/*.polar', 'policy/x/y/a.polar', true],
    ['./policy/{a,b}.polar', 'policy/b.polar', true],
    ['policy/{a,b}.polar', 'policy/c.polar', false],
    ['policy/?.polar', 'policy/ab.polar', false],
    ['policy/[ab].polar', 'policy/b.polar', true],
    ['policy/a+b.polar', 'policy/a+b.polar', true],
  ])('%s against %s: %s', (pattern, path, matches) => {
    expect(globToRegExp(pattern).test(path)).toBe(matches);
  });
});
