import { describe, expect, it } from 'vitest';
import { Authorizer, typed } from '../../index.js';
import { PolicyLinker } from '../compiler/linker/policy-linker.js';
import { anything, type KnownArgument } from '../compiler/compiled-function.js';
import type { RuleIndex } from '../rules/rule-index.js';
import { engines, outcomeOf } from '../fixtures/all-engines.fixture.js';
import { EngineUnderTest } from '../fixtures/engines.fixture.js';
import { precompile } from '../fixtures/precompiled.fixture.js';
import '../fixtures/final-code.fixture.js';

// Most shorthand rules only forward a call to another rule, and a plan replaces them by the rule at the end. Policies with long chains of
// such rules are planned in linear time.

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const chain = (length: number, end: string): string =>
  `allow(u, _, _) if p0(u);
  ${numbers(length)
    .map((i) => `p${i}(u) if p${i + 1}(u);`)
    .join('\n')}
  ${end}`;

/** A role is implied by the next one, and by the one after it: there are exponentially many ways. */
const ladder = (length: number): string =>
  `allow(u, _, _) if p(u, "r0");
  p(u, role) if role in u.roles;
  ${numbers(length)
    .map((i) => `p(u, "r${i}") if p(u, "r${i + 2}"); p(u, "r${i}") if p(u, "r${i + 1}");`)
    .join('\n')}`;

const block = (roles: number): string => `
  actor User {}
  resource Doc {
    permissions = ["read"];
    roles = [${numbers(roles)
      .map((i) => `"r${i}"`)
      .join()}];
    "read" if "r0";
    ${numbers(roles - 1)
      .map((i) => `"r${i}" if "r${i + 1}";`)
      .join('\n')}
  }
  has_role(user: User, role: String, doc: Doc) if user.id in doc.owners and role in doc.roles;
  allow(user, action, resource) if has_permission(user, action, resource);
`;

const types = { User: {}, Doc: {} };
const user = typed('User', { id: 7 });
const doc = (role: string): object => typed('Doc', { owners: [7], roles: [role] });

type Checks = Pick<Authorizer, 'canSync'>;

async function authorizersOf(policies: string): Promise<[string, Checks][]> {
  const options = { policies, types, onWarning: () => {} };
  const found: [string, Checks][] = [];
  for (const engine of engines) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    found.push([engine, await Authorizer.load({ ...options, engine })]);
  }
  return [...found, ['module', await precompile(options)]];
}

async function expectEverywhere(
  policy: string,
  cases: readonly (readonly [actor: unknown, resource: unknown, expected: boolean | string])[],
): Promise<void> {
  for (const [engine, authorizer] of await authorizersOf(policy))
    for (const [actor, resource, expected] of cases) {
      const outcome = outcomeOf(() => authorizer.canSync(actor, 'read', resource));
      expect([engine, outcome]).toEqual([engine, expected]);
    }
}

class CountingLinker extends PolicyLinker {
  steps = 0;

  override indexOf(...args: Parameters<PolicyLinker['indexOf']>): RuleIndex {
    this.steps++;
    return super.indexOf(...args);
  }
}

/** Plans a rule and all functions that it may call. Returns the number of functions, and that of the searches for rules. */
function planned(
  policy: string,
  rule: string,
  known: (linker: PolicyLinker) => readonly KnownArgument[],
): { readonly functions: number; readonly steps: number } {
  const { context } = new EngineUnderTest('source', policy, { types }).compiled!;
  const linker = new CountingLinker(context, { recordsProofs: false, deniesUndecided: false });
  linker.functionFor(context.program.predicates.get(rule)!, known(linker));
  let functions = 0;
  for (const fn of linker.functions) {
    functions++;
    linker.planOf(fn);
  }
  return { functions, steps: linker.steps };
}

describe('planning a chain of forwarding rules', () => {
  const first = (policy: string) => planned(policy, 'p0', () => [anything]);

  it('makes one function for each thousand rules, and takes a linear number of steps', () => {
    const [short, long] = [2_000, 4_000].map((length) =>
      first(chain(length, `p${length}(u) if u = "root";`)),
    );
    expect(short!.functions).toBeLessThanOrEqual(3);
    expect(long!.functions).toBeLessThanOrEqual(5);
    expect(long!.steps / short!.steps).toBeLessThan(2.1);
  });

  it('allows and denies checks on every engine', async () => {
    await expectEverywhere(chain(2_000, 'p2000(u) if u = "root";'), [
      ['root', 1, true],
      ['other', 1, false],
    ]);
  });

  it('takes a linear number of steps for a ring', () => {
    const ring = (length: number) => first(chain(length, `p${length}(u) if p0(u);`));
    const [short, long] = [ring(2_000), ring(4_000)];
    expect(long.functions).toBeLessThanOrEqual(6);
    expect(long.steps / short.steps).toBeLessThan(2.1);
  });

  it('denies checks of a ring on every engine', async () => {
    await expectEverywhere(chain(2_000, 'p2000(u) if p0(u);'), [['root', 1, false]]);
  });

  it('tries the rules before and after a long chain in their order', async () => {
    const policy = `
      allow(u, _, _) if p(u);
      p(u) if u = "first";
      p(u) if p0(u);
      p(u) if u = "last";
      ${numbers(1_500)
        .map((i) => `p${i}(u) if p${i + 1}(u);`)
        .join('\n')}
      p1500(u) if u = "middle";
    `;
    await expectEverywhere(policy, [
      ['first', 1, true],
      ['middle', 1, true],
      ['last', 1, true],
      ['none', 1, false],
    ]);
  });
});

describe('planning roles that imply each other', () => {
  it('makes one function for each thousand roles, and takes a linear number of steps', () => {
    const [short, long] = [2_000, 4_000].map((roles) =>
      planned(block(roles), 'has_role', (linker) => {
        const { types: declared } = linker.context.program;
        const argument = (name: string) => linker.exactArgument(declared.find(name)!)!;
        return [argument('User'), { kind: 'literal', value: 'r0' }, argument('Doc')];
      }),
    );
    expect(short!.functions).toBeLessThanOrEqual(3);
    expect(long!.functions).toBeLessThanOrEqual(5);
    expect(long!.steps / short!.steps).toBeLessThan(2.1);
  });

  it('allows and denies checks on every engine for 2,000 roles in one block', async () => {
    await expectEverywhere(block(2_000), [
      [user, doc('r0'), true],
      [user, doc('r1999'), true],
      [user, doc('other'), false],
      [typed('User', { id: 8 }), doc('r1999'), false],
    ]);
  });

  it('takes a linear number of steps although exponentially many ways lead to each role', () => {
    const [short, long] = [1_100, 2_200].map((roles) =>
      planned(ladder(roles), 'p', () => [anything, { kind: 'literal', value: 'r0' }]),
    );
    expect(long!.steps / short!.steps).toBeLessThan(2.1);
  });
});
