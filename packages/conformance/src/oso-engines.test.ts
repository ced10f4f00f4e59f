import { readdirSync, readFileSync } from 'node:fs';
import type { AuthorizerOptions, Class, TypeDeclaration } from '@nanook/core';
import { authorizerIn, type Authorizer } from '@nanook/core/compat';
import { parseTerm, visit } from '@nanook/core/syntax';
import { describe, expect, it } from 'vitest';
import { randomCases, sampledUnlessAll } from '../../../tools/test-scope.ts';
import { createWorld } from '../corpus/fixtures.mjs';
import type { Case } from '../corpus/harness.mjs';
import { mutate, type SingleCase } from './mutate.fixture.ts';
import { pick, randomFrom } from './random.fixture.ts';

// The compiled engines decide checks in the dialect oso as the machine does. Queries of the corpus, and changed ones, become conditions of
// `allow`. The outcome of the machine is compared with oso in oso-corpus.test.ts and oso-differential.test.ts.

const folder = new URL('../corpus/cases/', import.meta.url);
const recorded = readdirSync(folder)
  .flatMap((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Case[])
  .filter((c) => c.slow !== true) as SingleCase[];
const queries = recorded.filter((c) => c.query !== undefined && c.bindings === undefined);
const changed = Array.from({ length: randomCases(800) }, (_, i) => {
  const random = randomFrom(30_000_000 + i);
  return mutate(pick(queries, random)!, random);
});

/** Returns the options of an authorizer whose rule `allow` asks the query; undefined for text that is not a query. */
function optionsFor({ policy = '', query = '', host = [] }: SingleCase): AuthorizerOptions | undefined {
  const types: Record<string, TypeDeclaration> = {};
  const constants: Record<string, unknown> = {};
  createWorld({}).register(
    {
      registerClass(cls: Class, { name, isaCheck }) {
        types[name] = isaCheck === undefined ? { class: cls } : { class: cls, is: isaCheck };
      },
      registerConstant(value, name) {
        constants[name] = value;
      },
    },
    host,
  );
  const { term, diagnostics } = parseTerm(query);
  if (term === undefined || diagnostics.length > 0) return undefined;
  const names = new Set<string>();
  visit(term, (node) => {
    if (node.kind === 'variable' && !node.name.startsWith('_')) names.add(node.name);
  });
  const known = (name: string) => name in constants || name in types || name === 'nil';
  const variables = [...names].filter((name) => !known(name));
  const source = `${policy}\nasked(${['_', ...variables].join(', ')}) if ${query};
    allow("corpus", "asks", "this") if asked(1${variables.map(() => ', _').join('')});`;
  return { policies: { name: 'policy', source }, types, constants };
}

async function outcomeOn(engine: 'machine' | 'source' | 'closures', options: AuthorizerOptions) {
  let authorizer: Authorizer;
  try {
    authorizer = await authorizerIn({ dialect: 'oso' }).load({
      ...options,
      engine,
      onWarning: () => {},
      print: () => {},
    });
  } catch {
    return undefined;
  }
  // The second check runs code that the first one has built.
  const outcomes: unknown[] = [];
  for (let i = 0; i < 2; i++)
    outcomes.push(
      await authorizer
        .can('corpus', 'asks', 'this')
        .catch((error: unknown) => (error as { code?: string }).code ?? String(error)),
    );
  return outcomes;
}

describe('the compiled engines in the dialect oso', () => {
  it.each([
    ['recorded', sampledUnlessAll(queries, 20)],
    ['changed', changed],
  ] as const)('decide the %s queries as the machine does', { timeout: 300_000 }, async (_, cases) => {
    const differing: string[] = [];
    let compared = 0;
    for (const testCase of cases) {
      const options = optionsFor(testCase);
      const expected = options && (await outcomeOn('machine', options));
      if (options === undefined || expected === undefined) continue;
      compared++;
      for (const engine of ['source', 'closures'] as const) {
        const outcome = await outcomeOn(engine, options);
        if (JSON.stringify(outcome) !== JSON.stringify(expected))
          differing.push(
            `${testCase.id} ${testCase.query} ${engine}: ${String(outcome)}, not ${String(expected)}`,
          );
      }
    }
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(0.5 * cases.length);
  });
});
