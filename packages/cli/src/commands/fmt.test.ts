import { readdir } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { contentOf, enterFolder, nanook } from '../testing/run.fixture.js';

describe('nanook fmt', () => {
  beforeEach(() => enterFolder({ 'a.polar': 'f(1)  ;# one\n', 'b.polar': 'g(2);\n' }));

  it('formats each file of the project in place, and names the changed ones', async () => {
    expect(await nanook('fmt')).toMatchObject({ code: 0, out: 'a.polar\n' });
    expect(await contentOf('a.polar')).toBe('f(1); # one\n');
    expect(await nanook('fmt')).toMatchObject({ code: 0, out: '' });
  });

  it('writes no file for a policy that is a text in the configuration', async () => {
    await enterFolder({
      'nanook.config.json': JSON.stringify({ policies: ['f(1)  ;', { name: 'a.polar', source: 'g(1)  ;' }] }),
    });
    expect(await nanook('fmt')).toMatchObject({ code: 0, out: '', err: '0 of 0 files formatted\n' });
    expect(await readdir('.')).toEqual(['nanook.config.json']);
  });

  it('changes nothing with --check, and exits with 1 if a file is not formatted', async () => {
    expect(await nanook('fmt', '--check')).toMatchObject({ code: 1, out: 'a.polar\n' });
    expect(await contentOf('a.polar')).toBe('f(1)  ;# one\n');
    await nanook('fmt');
    expect((await nanook('fmt', '--check')).code).toBe(0);
  });

  it('writes the names of the files as JSON', async () => {
    const { code, out } = await nanook('fmt', '--check', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({ files: ['a.polar', 'b.polar'], changed: ['a.polar'] });
  });

  it('changes no file if one has a syntax error, and exits with 2', async () => {
    await enterFolder({ 'a.polar': 'f(1)  ;\n', 'b.polar': 'g(' });
    const { code, err } = await nanook('fmt');
    expect(code).toBe(2);
    expect(err).toContain('b.polar:1:3');
    expect(await contentOf('a.polar')).toBe('f(1)  ;\n');
  });

  it('keeps the line breaks of Windows', async () => {
    await enterFolder({ 'a.polar': 'f(1)  ;\r\n\r\n# two\r\nf(2);' });
    await nanook('fmt');
    expect(await contentOf('a.polar')).toBe('f(1);\r\n\r\n# two\r\nf(2);\r\n');
    expect((await nanook('fmt', '--check')).code).toBe(0);
  });

  it('breaks lines at the given width', async () => {
    await enterFolder({ 'a.polar': 'f(x) if x = 1 and x = 2;\n' });
    await nanook('fmt', '--width', '20');
    expect(await contentOf('a.polar')).toBe('f(x) if\n  x = 1 and\n  x = 2;\n');
    expect((await nanook('fmt', '--width', '0')).code).toBe(2);
  });
});
