import { describe, expect, it } from 'vitest';
import { contentOf, enterFolder, nanook, project } from '../testing/run.fixture.js';

describe('nanook init', () => {
  it('writes a configuration with the types that the policies name, which check accepts', async () => {
    await enterFolder({ 'policy/main.polar': project['policy/main.polar'] });
    expect(await nanook('init', '--language', 'json')).toMatchObject({ code: 0 });
    expect(JSON.parse(await contentOf('nanook.config.json'))).toEqual({
      policies: 'policy/**/*.polar',
      types: { User: {}, Organization: {}, Note: {} },
      fixtures: {},
    });
    expect(await nanook('check')).toMatchObject({ code: 0, out: expect.not.stringContaining('not known') });
  });

  it('chooses the language of the project', async () => {
    await enterFolder({ 'a.polar': 'allow(_, "read", 1);', 'tsconfig.json': '{}' });
    await nanook('init');
    expect(await contentOf('nanook.config.ts')).toContain("policies: '**/*.polar'");
    await enterFolder({ 'a.polar': 'allow(_, "read", 1);', 'package.json': '{ "type": "module" }' });
    await nanook('init');
    expect(await contentOf('nanook.config.js')).toContain('defineConfig');
    await enterFolder({ 'a.polar': 'allow(_, "read", 1);' });
    await nanook('init');
    expect(await contentOf('nanook.config.mjs')).toContain('defineConfig');
  });

  it('writes a first policy if there is none, without warnings', async () => {
    await enterFolder({});
    await nanook('init', '--language', 'json');
    expect(await nanook('check')).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 errors, 0 warnings'),
    });
    expect((await nanook('fmt', '--check')).code).toBe(0);
  });

  it('writes its result as JSON', async () => {
    await enterFolder({});
    expect(JSON.parse((await nanook('init', '--json')).out)).toEqual({
      config: 'nanook.config.mjs',
      written: ['policy/main.polar', 'nanook.config.mjs'],
      types: ['User', 'Note'],
    });
  });

  it('replaces no configuration', async () => {
    await enterFolder(project);
    expect(await nanook('init')).toMatchObject({ code: 2, err: expect.stringContaining('exists already') });
    expect(await contentOf('nanook.config.json')).toBe(project['nanook.config.json']);
  });
});
