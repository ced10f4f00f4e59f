import type { Authorizer } from '@nanook/core';
import { parse, printRule, type TestNode } from '@nanook/core/syntax';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';
import type { TestRunner } from '../test/run-tests.js';
import { withEntities } from '../test/with-entities.js';
import type { PolicyNames } from './names.js';

/** The facts that hold while checks are made, and the values that they name. */
export interface Setup {
  readonly test: TestNode;
  readonly fixtures: Fixtures;
  /** The texts of objects such as `User{"ann"}`, by their names. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Returns the policies with the facts of a setup; undefined if they cannot be loaded. */
export async function prepared(
  runner: TestRunner,
  { test, fixtures }: Setup,
): Promise<Authorizer | undefined> {
  try {
    const { authorizer } = await runner.prepare(test, fixtures);
    return authorizer;
  } catch {
    return undefined;
  }
}
/** Returns the setup of a test with its objects. Returns undefined if the test names an unknown type. */
export function setupOf(test: TestNode, fixtures: Fixtures, { types }: Project): Setup | undefined {
  try {
    return withEntities(test, fixtures, types);
  } catch {
    return undefined;
  }
}

/** Prints the facts of a setup as the test writes them. */
export function factsOf({ test, texts }: Setup): readonly string[] {
  const rules = test.items.flatMap((item) => (item.kind === 'setup' ? item.rules.map(printRule) : []));
  return rules.map((rule) => rule.replaceAll(/\bentity__\d+\b/g, (name) => texts.get(name) ?? name));
}

/** A setup with one further role. */
export interface Fact {
  readonly test: TestNode;
  /** The actor whose checks the fact can change. */
  readonly actor: unknown;
}

/** Returns setups with one further role each, for the first actors and resources of each type. */
export function facts(
  fixtures: Fixtures,
  authorizer: Authorizer,
  project: Project,
  names: PolicyNames,
): readonly Fact[] {
  const isOf = (type: string, value: unknown): boolean =>
    typeof value === 'object' && value !== null && authorizer.policy.typesOf(value).includes(type);
  const named = Object.entries(fixtures).filter(([name]) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name));
  const ofType = (type: string) => named.filter(([, value]) => isOf(type, value)).slice(0, 3);
  const actors = [...new Set([...names.actorTypes].flatMap(ofType))];
  return Object.keys(project.types).flatMap((type) => {
    const resources = named.filter(([, value]) => isOf(type, value)).slice(0, 2);
    return names.declared('role', type).flatMap((role) =>
      actors.flatMap(([actor, value]) =>
        resources.flatMap(([resource]) => {
          const source = `test "" { setup { has_role(${actor}, ${JSON.stringify(role)}, ${resource}); } }`;
          const [test] = parse({ name: 'fact', source }).policy.statements;
          return test?.kind === 'test' ? [{ test, actor: value }] : [];
        }),
      ),
    );
  });
}
