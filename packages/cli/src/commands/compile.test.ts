import { typed, type TypesInput } from '@nanook/core';
import { CompiledAuthorizer, type PolicyModule } from '@nanook/core/compiled';
import * as imported from '@nanook/core/compiled/parts';
import { beforeEach, describe, expect, it } from 'vitest';
import { contentOf, enterFolder, nanook, project } from '../testing/run.fixture.js';

/** Runs a module in CommonJS, and adds the parts of the runtime, which it does not import. */
function evaluate(text: string): PolicyModule {
  const module: { exports: unknown } = { exports: undefined };
  // oxlint-disable-next-line typescript/no-implied-eval -- as Node runs a file in CommonJS
  new Function('module', 'require', text)(module, () => ({}));
  return { ...(module.exports as PolicyModule), imported };
}

describe('nanook compile', () => {
  beforeEach(() => enterFolder(project));

  it('writes a module that decides like the policy, in CommonJS for a file that ends in .cjs', async () => {
    expect(await nanook('compile', 'out/policy.cjs')).toMatchObject({
      code: 0,
      out: 'out/policy.cjs is written\n',
    });
    const policy = evaluate(await contentOf('out/policy.cjs'));
    const { types } = JSON.parse(project['nanook.config.json']) as { types: TypesInput };
    const authorizer = CompiledAuthorizer.load(policy, { types });
    const ann = typed('User', { id: 7 });
    const acme = typed('Organization', { id: 1, ownerId: 7 });
    const report = typed('Note', { id: 3, authorId: 8, organization: acme });
    expect(authorizer.canSync(ann, 'edit', report)).toBe(true);
    expect(authorizer.canSync(typed('User', { id: 8 }), 'edit', report)).toBe(false);
  });

  it('writes an ES module for another file', async () => {
    await nanook('compile', 'policy.js');
    expect(await contentOf('policy.js')).toMatch(/^export default \{/m);
  });

  it('writes its result as JSON', async () => {
    const results = await Promise.all(
      ['a.cjs', 'a.js'].map(async (file) => JSON.parse((await nanook('compile', file, '--json')).out)),
    );
    expect(results).toEqual([
      { file: 'a.cjs', format: 'cjs' },
      { file: 'a.js', format: 'esm' },
    ]);
  });

  it('exits with 2 for a folder in place of the file', async () => {
    expect(await nanook('compile', 'policy')).toMatchObject({
      code: 2,
      err: expect.stringContaining('the file policy cannot be written'),
    });
  });

  it('exits with 2 without types, and with 1 for a policy with an error', async () => {
    await enterFolder({ ...project, 'policy/bad.polar': 'allow(' });
    expect((await nanook('compile', 'policy.js')).code).toBe(1);
    await enterFolder({ 'a.polar': 'allow(_: User, "read", _: Note);' });
    expect(await nanook('compile', 'policy.js')).toMatchObject({
      code: 2,
      err: expect.stringContaining('nanook init'),
    });
  });
});
