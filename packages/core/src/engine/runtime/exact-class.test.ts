import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../aot/compile.js';
import { CompiledAuthorizer, type PolicyModule } from '../../aot/compiled.js';
import { Authorizer, isPolarError } from '../../index.js';
import type { Class } from '../../types/type-declaration.js';
import { oddInstances, oddTypeNames, oddTypes } from '../fixtures/odd-values.fixture.js';

const policy = `
  allow(_, "guarded", d: Doc) if not d matches Secret;
  allow(_, "old", d: OldDoc) if not d matches OldSecret;
  allow(d, "nested", list) if element in list and element matches Doc and not element matches Secret and d = nil;
  allow(_, "field", holder) if holder.owner matches Doc and not holder.owner matches Secret;
  ${oddTypeNames.map((name) => `allow(_, "${name}", _: ${name}); allow(_, "is ${name}", d) if d matches ${name};`).join('\n')}
`;
const actions = ['guarded', 'old', ...oddTypeNames.flatMap((name) => [name, `is ${name}`])];

type Ask = (actor: unknown, action: string, resource: unknown) => boolean | string;

const outcomeOf = (run: () => boolean): boolean | string => {
  try {
    return run();
  } catch (error) {
    if (isPolarError(error)) return error.code;
    throw error;
  }
};

/** The policy on each engine, with and without a hook for decisions, and compiled ahead of time. */
async function engines(kind: keyof typeof oddTypes): Promise<Map<string, Ask>> {
  const types = oddTypes[kind];
  const found = new Map<string, Ask>();
  const options = { policies: policy, types, onWarning: () => {} };
  for (const engine of ['machine', 'source', 'closures'] as const)
    for (const hook of [undefined, () => {}]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await Authorizer.load({ ...options, engine, ...(hook && { onDecision: hook }) });
      found.set(`${engine}${hook ? ' with onDecision' : ''}`, (...args) =>
        outcomeOf(() => authorizer.canSync(...args)),
      );
    }
  const module = { exports: undefined as unknown as PolicyModule };
  const text = await compilePolicy({ ...options, format: 'cjs' });
  // oxlint-disable-next-line typescript/no-implied-eval -- the test is about the text
  (new Function('module', `"use strict";\n${text}`) as (target: object) => void)(module);
  const precompiled = CompiledAuthorizer.load(module.exports, { types });
  found.set('ahead of time', (...args) => outcomeOf(() => precompiled.canSync(...args)));
  return found;
}

/** The answers that differ from the machine's. */
function differences(asks: ReadonlyMap<string, Ask>, make: () => unknown): string[] {
  const found: string[] = [];
  const questions: [unknown, string, unknown][] = [
    ...actions.map((action): [unknown, string, unknown] => [null, action, make()]),
    [null, 'nested', [make()]],
    [null, 'field', { owner: make() }],
  ];
  for (const question of questions) {
    const expected = asks.get('machine')!(...question);
    for (const [engine, ask] of asks)
      // Twice, because code that was slow at first is inline the second time.
      for (const round of [1, 2]) {
        const given = ask(...question);
        if (given !== expected)
          found.push(`${engine}, ${question[1]}, round ${round}: ${given}, the machine: ${expected}`);
      }
  }
  return found;
}

describe.each(['classes', 'fields'] as const)('types declared by %s', (kind) => {
  it('every engine finds the same class in an odd object', { timeout: 60_000 }, async () => {
    const asks = await engines(kind);
    const wrong: Record<string, string[]> = {};
    for (const [name, make] of Object.entries(oddInstances)) {
      const found = differences(asks, make);
      if (found.length > 0) wrong[name] = found;
    }
    expect(wrong).toEqual({});
  });

  it(
    'every engine refuses a Secret where a rule excludes it, whatever its `constructor` says',
    { timeout: 60_000 },
    async () => {
      const secrets = Object.keys(oddInstances).filter((name) =>
        /^an? Secret|^an object made of .*Secret/.test(name),
      );
      expect(secrets.length).toBeGreaterThan(6);
      for (const ask of (await engines(kind)).values())
        for (const name of secrets.filter((each) => each !== 'a Secret that became a Doc')) {
          expect([name, ask(null, 'guarded', oddInstances[name]!())]).toEqual([name, false]);
        }
    },
  );
});

it('an object whose prototype changes is judged by the latest one', { timeout: 60_000 }, async () => {
  for (const [engine, ask] of await engines('classes')) {
    const { Doc, Secret } = oddTypes.classes as unknown as Record<string, Class>;
    const doc = Object.create(Doc!.prototype as object) as object;
    expect([engine, ask(null, 'guarded', doc)]).toEqual([engine, true]);
    Object.setPrototypeOf(doc, Secret!.prototype as object);
    expect([engine, ask(null, 'guarded', doc)]).toEqual([engine, false]);
    Object.setPrototypeOf(doc, Doc!.prototype as object);
    expect([engine, ask(null, 'guarded', doc)]).toEqual([engine, true]);
  }
});
