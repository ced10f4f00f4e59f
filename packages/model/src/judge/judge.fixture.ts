import {
  Authorizer,
  isPolarError,
  isPolicyError,
  isUndecided,
  AuthorizationError,
  type TypesInput,
} from '@nanook/core';
import { compilePolicy } from '@nanook/core/compile';
import { CompiledAuthorizer, type PolicyModule } from '@nanook/core/compiled';
import { Model, type Outcome } from '../model.js';
import type { Case, Question } from './case.fixture.js';
import { fill, listed, type RowStore } from './lists.fixture.js';
import { printPolicy } from './policies.fixture.js';
import { declarationsOf, objectsOf, thingsOf, typesInputOf } from './world.fixture.js';

/** A difference between the model and a judged part of the product. */
export interface Difference {
  /** The name of the part, such as `source`. */
  readonly part: string;
  readonly question: Question;
  readonly expected: string;
  readonly found: string;
}
/** The result of one case. */
export interface Verdict {
  readonly questions: number;
  /** The number of lists that were compared. */
  readonly lists: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** The code of the error with which the policy does not load. */
  readonly refused: string | undefined;
  readonly differences: readonly Difference[];
}

const listsOfCase = 4;

const byNumber = (a: number, b: number): number => a - b;

/** Returns the answer of a check: its outcome, or the code or text of another error. */
async function outcomeOf(ask: () => boolean | Promise<boolean>): Promise<string> {
  try {
    return String(await ask());
  } catch (error) {
    if (isUndecided(error)) return 'undecided';
    return isPolarError(error) ? error.code : String(error);
  }
}

/** Compares the answers of all parts with the model, and the lists of databases. */
export async function judge(input: Case, stores: readonly RowStore[] = []): Promise<Verdict> {
  const { world, questions } = input;
  const policies = printPolicy(input.policy);
  const outcomes = { true: 0, false: 0, undecided: 0 };
  const types = typesInputOf(world);
  const load = (options: object = {}) =>
    Authorizer.load({ policies, types, onWarning: () => {}, limits: { timeoutMs: 60_000 }, ...options });
  let authorizer: Authorizer;
  try {
    authorizer = await load();
  } catch (error) {
    if (!isPolicyError(error)) throw error;
    return { questions: 0, lists: 0, outcomes, refused: error.code, differences: [] };
  }
  const model = new Model(policies, declarationsOf(world));
  const things = thingsOf(world);
  const objects = objectsOf(world);
  const differences: Difference[] = [];
  let listsCompared = 0;
  const compare = (part: string, question: Question, expected: string, found: string): void => {
    if (expected !== found) differences.push({ part, question, expected, found });
  };
  const expected = questions.map(({ actor, action, resource }) =>
    model.outcome('allow', [things[actor], action, things[resource]]),
  );
  for (const outcome of expected) outcomes[outcome]++;
  const wants = (part: string) => input.part === undefined || input.part.startsWith(part);
  const sync: [string, () => Promise<Pick<Authorizer, 'canSync'>>][] = [
    ['source', async () => authorizer],
    ['machine', () => load({ engine: 'machine' })],
    ['closures', () => load({ engine: 'closures' })],
    ['ahead of time', () => compiled(policies, types)],
  ];
  for (const [part, open] of sync) {
    if (!wants(part)) continue;
    const each = await open().catch((error: unknown) => {
      if (isPolicyError(error) && error.code === 'POLAR_LOAD_NOT_COMPILED') return undefined;
      throw error;
    });
    if (each === undefined) continue;
    for (const [i, question] of questions.entries()) {
      const { actor, action, resource } = question;
      const ask = () => each.canSync(objects[actor], action, objects[resource]);
      const found = await outcomeOf(ask);
      // The code has no branch for values that are of several types at once.
      if (part === 'ahead of time' && found === 'POLAR_RUN_TYPES_NOT_COMPILED') continue;
      compare(part, question, expected[i]!, found);
      compare(`${part}, again`, question, expected[i]!, await outcomeOf(ask));
    }
  }
  const strict = await load({ undecided: 'deny' });
  const others: readonly [string, (i: number, question: Question) => Promise<readonly [string, string]>][] = [
    [
      'can',
      async (i, { actor, action, resource }) => [
        expected[i]!,
        await outcomeOf(() => authorizer.can(objects[actor], action, objects[resource])),
      ],
    ],
    [
      'undecided: deny',
      async (i, { actor, action, resource }) => [
        String(expected[i] === 'true'),
        await outcomeOf(() => strict.can(objects[actor], action, objects[resource])),
      ],
    ],
    [
      'explain',
      async (i, { actor, action, resource }) => {
        const { outcome } = await authorizer.explain(objects[actor], action, objects[resource]);
        return [{ true: 'allowed', false: 'denied', undecided: 'undecided' }[expected[i]!], outcome];
      },
    ],
    [
      'authorize',
      async (i, { actor, action, resource }) => [
        expected[i]!,
        await outcomeOf(() =>
          authorizer.authorize(objects[actor], action, objects[resource]).then(
            () => true,
            (error: unknown) => {
              if (error instanceof AuthorizationError) return false;
              throw error;
            },
          ),
        ),
      ],
    ],
    [
      'whoCan',
      async (i, { actor, action, resource }) => {
        const { allowed, undecided } = await authorizer.whoCan(action, objects[resource]!, [objects[actor]!]);
        return [expected[i]!, allowed.length > 0 ? 'true' : undecided.length > 0 ? 'undecided' : 'false'];
      },
    ],
    [
      'policy.grants',
      async (i, { action, resource }) => {
        const type = world.items[resource]!.tag;
        if (expected[i] !== 'true' || type === undefined) return ['', ''];
        return ['true', String(authorizer.policy.grants(action, type))];
      },
    ],
  ];
  for (const [i, question] of questions.entries())
    for (const [at, [part, ask]] of others.entries()) {
      if (!wants(part) || (input.part === undefined && part !== 'can' && i % 5 !== at - 1)) continue;
      compare(part, question, ...(await ask(i, question)));
    }
  for (const store of world.isStorable ? stores : []) {
    const part = `the list on ${store.name}`;
    if (!wants(part)) continue;
    await fill(store, world);
    const lists = new Map(
      questions.map((each) => [`${each.actor} ${each.action} ${world.items[each.resource]!.type}`, each]),
    );
    for (const question of [...lists.values()].slice(0, listsOfCase)) {
      const { actor, action, resource } = question;
      const { type } = world.items[resource]!;
      const found = await listed(store, authorizer, objects[actor]!, action, type);
      if (found === undefined) continue;
      const allowed = things.filter(
        (thing, i) =>
          world.items[i]!.type === type && model.outcome('allow', [things[actor], action, thing]) === 'true',
      );
      const keys = allowed.map(({ attributes }) => attributes['id'] as number);
      listsCompared++;
      compare(part, question, keys.toSorted(byNumber).join(), found.toSorted(byNumber).join());
    }
  }
  return { questions: questions.length, lists: listsCompared, outcomes, refused: undefined, differences };
}

async function compiled(policies: string, types: TypesInput): Promise<CompiledAuthorizer> {
  const text = await compilePolicy({ policies, types, onWarning: () => {}, format: 'cjs' });
  const module = { exports: undefined as unknown as PolicyModule };
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is under test
  (new Function('module', `"use strict";\n${text}`) as (target: object) => void)(module);
  return CompiledAuthorizer.load(module.exports, { types });
}
