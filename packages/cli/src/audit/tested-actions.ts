import type { Authorizer } from '@nanook/core';
import { positionOf, type AssertionNode, type TermNode } from '@nanook/core/syntax';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';
import { testsOf } from '../test/run-tests.js';
import type { CoveringTest } from './audited-route.js';

/** An action that a test decides. */
export interface TestedAction {
  readonly test: CoveringTest;
  readonly action: string;
  /** The types of the resource; undefined if the test does not show it. */
  readonly types: readonly string[] | undefined;
}

/** Lists the actions in the assertions of the tests of a project: `assert allow(ann, "read", note);`. */
export const testedActions = (
  project: Project,
  fixtures: Fixtures,
  authorizer: Authorizer,
): readonly TestedAction[] =>
  testsOf(project).flatMap((node) => {
    const test = {
      name: node.name.value,
      file: node.span.source.name,
      line: positionOf(node.span).line,
    };
    const assertions = node.items.filter((item) => item.kind === 'assertion');
    return assertions.flatMap((assertion) => {
      const { term } = assertion;
      if (term.kind !== 'call' || !['allow', 'has_permission'].includes(term.predicate)) return [];
      const [, action, resource] = term.args;
      const types = resource && typesOf(resource, fixtures, authorizer);
      return actionsOf(action, assertion).map((name) => ({ test, action: name, types }));
    });
  });

/** Returns the actions of an assertion: a text, or those after `iff action in [ … ]`. */
function actionsOf(action: TermNode | undefined, { values }: AssertionNode): readonly string[] {
  if (action?.kind === 'literal') return typeof action.value === 'string' ? [action.value] : [];
  if (values?.kind !== 'in' || values.collection.kind !== 'list') return [];
  return values.collection.items.flatMap((item) =>
    item.kind === 'literal' && typeof item.value === 'string' ? [item.value] : [],
  );
}

function typesOf(
  resource: TermNode,
  fixtures: Fixtures,
  authorizer: Authorizer,
): readonly string[] | undefined {
  if (resource.kind === 'new') return [resource.className];
  if (resource.kind !== 'variable') return undefined;
  if (Object.hasOwn(fixtures, resource.name)) return authorizer.policy.typesOf(fixtures[resource.name]);
  return /^\p{Lu}/u.test(resource.name) ? [resource.name] : undefined;
}
