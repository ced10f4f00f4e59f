import { readdirSync, readFileSync } from 'node:fs';
import type { Class, TypeDeclaration } from '@nanook/core';
import { parseTerm, visit } from '@nanook/core/syntax';
import { describe, expect, it } from 'vitest';
import { sampledUnlessAll } from '../../../tools/test-scope.ts';
import {
  EngineUnderTest,
  type EngineKind,
  type EngineAnswer,
} from '../../core/src/engine/fixtures/engines.fixture.ts';
import { withAnswers, type Answers } from '../corpus/answers.mjs';
import { createWorld } from '../corpus/fixtures.mjs';
import type { Case } from '../corpus/harness.mjs';

// The compiled engine decides checks, but the corpus contains queries. Here each query becomes the condition of an `allow` rule, so that
// every engine runs the whole language. The corpus records whether oso finds an answer.

interface QueryCase extends Case {
  readonly policy?: string;
  readonly query: string;
  readonly host?: readonly string[];
}

const at = (path: string) => new URL(path, import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(at(path), 'utf8'));
const recorded = readdirSync(at('../corpus/cases')).flatMap(
  (file) => read(`../corpus/cases/${file}`) as Case[],
);
const others = ['bindings', 'acceptExpression', 'options'];
const cases = withAnswers(recorded, read('../answers.json') as Answers).filter(
  (c): c is QueryCase => 'query' in c && !others.some((option) => option in c) && c.quirk === undefined,
);

/** The cases in which compiled code may return *no*, with the error of the machine. See decision 0007. */
const ends = {
  // `p` holds. The machine looks for another proof of `p` when the next condition fails.
  'random-0018': 'POLAR_UNDECIDED_ORDER',
} as Readonly<Record<string, string>>;

/** The types and constants that a case registers. */
class Registry {
  readonly types: Record<string, TypeDeclaration> = {};
  readonly constants: Record<string, unknown> = {};

  registerClass(cls: Class, params: { name: string; isaCheck?: (value: unknown) => boolean }): void {
    this.types[params.name] = params.isaCheck === undefined ? { class: cls } : { is: params.isaCheck };
  }

  registerConstant(value: unknown, name: string): void {
    this.constants[name] = value;
  }
}

/** The cases whose proofs repeat a recursive rule, because an engine remembers calls only after some (decision 0027). */
const repeating = new Set(['runtime-errors-025']);

/**
 * Returns the policy of a case, with its query as a condition. The head of the rule repeats all variables, because a variable that a
 * rule uses only once is an error.
 */
function policyOf({ policy = '', query }: QueryCase, constants: readonly string[]): string | undefined {
  const { term, diagnostics } = parseTerm(query);
  if (term === undefined || diagnostics.length > 0) return undefined;
  const names = new Set<string>();
  visit(term, (node) => {
    if (node.kind === 'variable' && !node.name.startsWith('_')) names.add(node.name);
  });
  const variables = [...names].filter((name) => !constants.includes(name));
  return `${policy}\nasked(${['_', ...variables].join(', ')}) if ${query};
    allow("corpus", "asks", "this") if asked(1${variables.map(() => ', _').join('')});`;
}

function engineFor(kind: EngineKind, testCase: QueryCase): EngineUnderTest | undefined {
  const registry = new Registry();
  createWorld({}).register(registry, testCase.host ?? []);
  const policy = policyOf(testCase, [
    ...Object.keys(registry.constants),
    ...Object.keys(registry.types),
    'nil',
  ]);
  if (policy === undefined) return undefined;
  try {
    return new EngineUnderTest(kind, policy, { ...registry, equality: 'deep' });
  } catch {
    // Some queries are not valid in a rule. corpus.test.ts runs all queries as they are.
    return undefined;
  }
}

async function outcomeOn(kind: EngineKind, testCase: QueryCase): Promise<EngineAnswer | undefined> {
  const engine = engineFor(kind, testCase);
  const isRefused = kind === 'aot' && engine?.precompiled === undefined;
  if (engine === undefined || isRefused) return undefined;
  const outcome = await engine.can('corpus', 'asks', 'this');
  counts[kind].asked++;
  if (engine.bailedOut === 0) counts[kind].answered++;
  proofs.set(kind, engine.proof);
  return outcome;
}

const counts = {
  machine: { asked: 0, answered: 0 },
  source: { asked: 0, answered: 0 },
  closures: { asked: 0, answered: 0 },
  aot: { asked: 0, answered: 0 },
  'recording source': { asked: 0, answered: 0 },
  'recording closures': { asked: 0, answered: 0 },
};

/** The proofs of the last case, by engine. */
const proofs = new Map<EngineKind, EngineUnderTest['proof']>();

/** Returns the rules of a proof without repeated ones. */
const distinct = (proof: NonNullable<EngineUnderTest['proof']>) => [
  ...new Map(proof.map((rule) => [JSON.stringify(rule), rule])).values(),
];

describe('the corpus, with queries as conditions of `allow`', () => {
  const recording = ['recording source', 'recording closures'] as const;
  const compiled = ['source', 'closures', 'aot', ...recording] as const;

  it.each(sampledUnlessAll(cases, 20))('$id', async (testCase) => {
    const machine = await outcomeOn('machine', testCase);
    const outcomes: (EngineAnswer | undefined)[] = [];
    // oxlint-disable-next-line no-await-in-loop -- the engines share the fixtures of the case, so they run one after another
    for (const kind of compiled) outcomes.push(await outcomeOn(kind, testCase));
    const isExpected = (outcome: EngineAnswer | undefined, i: number) =>
      outcome === undefined ||
      // A recording engine denies undecided checks.
      (outcome === false && i >= 3 && String(machine).startsWith('POLAR_UNDECIDED_')) ||
      outcome === machine ||
      (outcome === false && machine !== undefined && machine === ends[testCase.id]);
    expect(outcomes.map((outcome, i) => (isExpected(outcome, i) ? machine : outcome))).toEqual(
      compiled.map(() => machine),
    );
    if (machine !== true) return;
    const proofOf = (kind: EngineKind) =>
      repeating.has(testCase.id) ? distinct(proofs.get(kind)!) : proofs.get(kind);
    expect(recording.map(proofOf)).toEqual(recording.map(() => proofOf('machine')));
  });

  it('runs on the compiled engines, not only on the machine', () => {
    // The machine answers queries with features that checks rarely use, mainly lists.
    expect(counts.source.answered / counts.source.asked).toBeGreaterThan(0.45);
    expect(counts.closures.answered / counts.closures.asked).toBeGreaterThan(0.45);
    expect(counts.aot.asked / counts.machine.asked).toBeGreaterThan(0.5);
  });
});
