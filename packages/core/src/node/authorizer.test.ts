import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Authorizer as TextAuthorizer } from '../index.js';
import { readLater, readNow } from './file-reads.js';
import { basesOf, expandBraces, glob, segmentToRegExp } from './glob.js';
import { Authorizer } from './index.js';

// cspell:ignore axpolar

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanook-'));
  mkdirSync(join(folder, 'policy', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'policy', 'a.polar'), 'allow(_, "a", _);\n');
  writeFileSync(join(folder, 'policy', 'deep', 'b.polar'), 'allow(_, "b", _);\n');
  writeFileSync(join(folder, 'policy', 'notes.txt'), 'no policy');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const actions = async (authorizer: Authorizer) => [...(await authorizer.actions(1, 1))];

describe('policies under Node', () => {
  it('load from files, globs, URLs and texts together', async () => {
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

  it('load from a folder whose name looks like a pattern', async () => {
    mkdirSync(join(folder, 'app', '[id]'), { recursive: true });
    const file = join(folder, 'app', '[id]', 'c.polar');
    writeFileSync(file, 'allow(_, "c", _);\n');
    for (const policies of [file, pathToFileURL(file), join(folder, 'app/[id]/*.polar')])
      expect(await actions(await Authorizer.load({ policies }))).toEqual(['c']);
  });

  it('cause an error with the working directory when a file or a pattern matches nothing', async () => {
    await expect(Authorizer.load({ policies: 'nope.polar' })).rejects.toMatchObject({
      code: 'POLAR_LOAD_FILE_NOT_FOUND',
      message: expect.stringContaining(`nope.polar from the working directory ${process.cwd()};`),
    });
    await expect(Authorizer.load({ policies: 'nope/*.polar' })).rejects.toMatchObject({
      code: 'POLAR_LOAD_NO_FILE_MATCHES',
      message: expect.stringContaining(`nope/*.polar from the working directory ${process.cwd()};`),
    });
    await expect(Authorizer.load({ policies: 'policy/' })).rejects.toMatchObject({
      code: 'POLAR_LOAD_FILE_EXTENSION',
    });
    writeFileSync(join(folder, 'bad.polar'), Buffer.from([0xff, 0xfe, 0x28]));
    await expect(Authorizer.load({ policies: join(folder, 'bad.polar') })).rejects.toMatchObject({
      code: 'POLAR_LOAD_UNREADABLE',
    });
  });

  it('cause an error with a hint for a file on other platforms', async () => {
    await expect(TextAuthorizer.load({ policies: 'policy/a.polar' })).rejects.toMatchObject({
      code: 'POLAR_LOAD_NO_FILES_HERE',
    });
  });
});

describe('watch', () => {
  it('reloads a changed policy, and keeps the old policy when the new one is invalid', async () => {
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
  const matchesOf = async (pattern: string) => {
    const files = await readLater(glob(`${folder}/${pattern}`));
    expect(readNow(glob(`${folder}/${pattern}`))).toEqual(files);
    return files.map((file) => file.slice(folder.length + 1));
  };
  const write = (path: string, text = '') => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };

  it.each([
    ['policy/*.polar', ['policy/a.polar']],
    ['policy/**/*.polar', ['policy/a.polar', 'policy/deep/b.polar']],
    ['policy/**', ['policy/a.polar', 'policy/deep/b.polar', 'policy/notes.txt']],
    ['policy/{a,deep/b}.polar', ['policy/a.polar', 'policy/deep/b.polar']],
    ['policy/{c,d}.polar', []],
    ['policy/../policy/*.polar', ['policy/a.polar']],
    ['./policy/./*.polar', ['policy/a.polar']],
    ['*/deep/?.polar', ['policy/deep/b.polar']],
    ['policy/[!b].polar', ['policy/a.polar']],
  ])('%s matches %j', async (pattern, files) => {
    expect(await matchesOf(pattern)).toEqual(files);
  });

  it('matches a folder whose name looks like a pattern', async () => {
    write('app/[app]/c.polar');
    write('app/a/d.polar');
    expect(await matchesOf('app/[app]/*.polar')).toEqual(['app/[app]/c.polar', 'app/a/d.polar']);
  });

  it('follows links to folders, and stops when they form a circle', async () => {
    write('shared/c.polar');
    symlinkSync(join(folder, 'shared'), join(folder, 'policy', 'linked'), 'junction');
    symlinkSync(join(folder, 'policy'), join(folder, 'policy', 'deep', 'again'), 'junction');
    expect(await matchesOf('policy/**/*.polar')).toEqual([
      'policy/a.polar',
      'policy/deep/b.polar',
      'policy/linked/c.polar',
    ]);
    expect(await matchesOf('policy/*/c.polar')).toEqual(['policy/linked/c.polar']);
  });

  it('lists a file that two paths lead to once, by its path without a link', async () => {
    mkdirSync(join(folder, 'releases', 'b'), { recursive: true });
    writeFileSync(join(folder, 'releases', 'b', 'x.polar'), 'f(1);');
    symlinkSync(join(folder, 'releases', 'b'), join(folder, 'releases', 'a'), 'junction');
    expect(await matchesOf('releases/**/*.polar')).toEqual(['releases/b/x.polar']);
    expect(await matchesOf('releases/a/*.polar')).toEqual(['releases/a/x.polar']);
  });

  it('skips node_modules and hidden folders unless the pattern names them', async () => {
    write('node_modules/x/c.polar');
    write('.hidden/d.polar');
    expect(await matchesOf('**/{c,d}.polar')).toEqual([]);
    expect(await matchesOf('node_modules/x/*.polar')).toEqual(['node_modules/x/c.polar']);
    expect(await matchesOf('.hidden/*.polar')).toEqual(['.hidden/d.polar']);
  });

  it.each([
    ['policy/{a,b}.polar', ['policy/a.polar', 'policy/b.polar']],
    ['{a,b{c,d}}', ['a', 'bc', 'bd']],
    ['{id}.polar', ['{id}.polar']],
  ])('expands the braces of %s to %j', (pattern, patterns) => {
    expect(expandBraces(pattern).toSorted()).toEqual(patterns);
  });

  it.each([
    ['a+b.polar', 'a+b.polar', true],
    ['a.polar', 'axpolar', false],
    ['[a-c].polar', 'b.polar', true],
    ['[a^].polar', '^.polar', true],
    ['[.polar', '[.polar', true],
    ['?.polar', 'ab.polar', false],
    ['[z-a].polar', 'b.polar', false],
  ])('the part %s of a pattern tests %s as %s', (segment, name, matches) => {
    expect(segmentToRegExp(segment).test(name)).toBe(matches);
  });

  it('returns the folders up to the first wildcard as bases', () => {
    expect(basesOf('policy/*.polar')).toEqual(['policy']);
    expect(basesOf('*.polar')).toEqual(['.']);
    expect(basesOf('/a/b/**/c/*.polar')).toEqual(['/a/b']);
    expect(basesOf('{a,b}/x.polar')).toEqual(['a', 'b']);
  });
});
