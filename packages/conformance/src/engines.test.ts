import { readdirSync, readFileSync } from 'node:fs';
import type { Class, TypeDeclaration } from '@nanook/core';
import { parseTerm, visit } from '@nanook/core/syntax';
import { describe, expect, it } from 'vitest';
import {
  EngineUnderTest,
  type EngineKind,
  type Outcome,
} from '../../core/src/engine/testing/engines.fixture.ts';
import { withAnswers, type Answers } from '../corpus/answers.mjs';
import { createWorld } from '../corpus/fixtures.mjs';
import type { Case } from '../corpus/harness.mjs';

// The compiled engines are asked whether something is allowed, and the corpus asks queries. So each query becomes the condition of
// `allow`, and every engine meets the whole language. Whether there is an answer is recorded from oso.

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

/** Where compiled code may end in *no*, and what the machine comes to there. (Decision 0007.) */
const ends = {
  // Rules that only call each other in a circle prove nothing.
  'rules-070': 'POLAR_RUN_DEPTH_LIMIT',
  'rules-072': 'POLAR_RUN_DEPTH_LIMIT',
  'runtime-errors-026': 'POLAR_RUN_DEPTH_LIMIT',
  // `p` holds; the machine tries another proof of it when what stands after it does not.
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

/** A variable that a query mentions once is an error in a rule: its head mentions them all. */
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
    // What is a query may be no rule; the corpus itself is asked in corpus.test.ts.
    return undefined;
  }
}

async function outcomeOn(kind: EngineKind, testCase: QueryCase): Promise<Outcome | undefined> {
  const engine = engineFor(kind, testCase);
  const isRefused = kind === 'ahead' && engine?.ahead === undefined;
  if (engine === undefined || isRefused) return undefined;
  const outcome = await engine.isAllowed('corpus', 'asks', 'this');
  counts[kind].asked++;
  if (engine.handedOver === 0) counts[kind].answered++;
  return outcome;
}

const counts = {
  machine: { asked: 0, answered: 0 },
  source: { asked: 0, answered: 0 },
  closures: { asked: 0, answered: 0 },
  ahead: { asked: 0, answered: 0 },
};

describe('the corpus, as conditions of `allow`', () => {
  const compiled = ['source', 'closures', 'ahead'] as const;

  it.each(cases)('$id', async (testCase) => {
    const machine = await outcomeOn('machine', testCase);
    const outcomes: (Outcome | undefined)[] = [];
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as they share the world of the case
    for (const kind of compiled) outcomes.push(await outcomeOn(kind, testCase));
    const isExpected = (outcome: Outcome | undefined) =>
      outcome === undefined ||
      outcome === machine ||
      (outcome === false && machine !== undefined && machine === ends[testCase.id]);
    expect(outcomes.map((outcome) => (isExpected(outcome) ? machine : outcome))).toEqual(
      compiled.map(() => machine),
    );
  });

  it('was really answered by the engine that was asked', () => {
    // What queries do beyond conditions, with lists above all, is the machine's.
    expect(counts.source.answered / counts.source.asked).toBeGreaterThan(0.45);
    expect(counts.closures.answered / counts.closures.asked).toBeGreaterThan(0.45);
    expect(counts.ahead.asked / counts.machine.asked).toBeGreaterThan(0.5);
  });
});
