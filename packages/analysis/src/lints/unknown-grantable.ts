import { nearNames } from '@nanook/core/internal';
import { visit, type PatternOrTermNode, type PolicyNode } from '@nanook/core/syntax';
import { blocksOf, declarationsOf } from '../blocks/declarations.js';
import type { Lint } from './lint.js';
import { rulesOf } from './rules-of.js';

/**
 * Finds `grantable("reed");`, a permission that customers may put into roles, but that no rule and no block knows. In a policy without declared
 * permissions, the list itself can be the only place that names them, so there a similar name must exist.
 */
export const unknownGrantable: Lint = {
  code: 'NANOOK_LINT_UNKNOWN_GRANTABLE',
  needsAllStatements: true,
  *find({ trees }) {
    const declared = declaredPermissions(trees);
    const known = new Set([...declared, ...namedPermissions(trees)]);
    for (const { name, parameters, body } of rulesOf(trees)) {
      const [permission, ...others] = parameters;
      if (name !== 'grantable' || body !== undefined || others.length > 0) continue;
      const text = textOf(permission?.term);
      if (text === undefined || known.has(text)) continue;
      const near = nearNames(text, known).map((each) => `"${each}"`);
      if (near.length === 0 && declared.length === 0) continue;
      const advice =
        near.length > 0
          ? `did you mean ${near.join(' or ')}?`
          : 'declare it in a block, use it in a rule, or remove it';
      yield {
        span: permission!.span,
        message: `no rule knows the grantable permission "${text}"; ${advice}`,
      };
    }
  },
};

const predicates: ReadonlySet<string> = new Set(['allow', 'allow_field', 'has_permission']);

const declaredPermissions = (trees: readonly PolicyNode[]): readonly string[] =>
  blocksOf(trees)
    .flatMap(declarationsOf)
    .flatMap(({ kind, name }) => (kind === 'permission' ? [name] : []));

/** Returns the permissions that rules or calls of `allow` and `has_permission` name. */
function namedPermissions(trees: readonly PolicyNode[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (term: PatternOrTermNode | undefined): void => {
    const text = textOf(term);
    if (text !== undefined) found.add(text);
  };
  for (const { name, parameters, body } of rulesOf(trees)) {
    if (!predicates.has(name)) {
      if (body !== undefined) addCalls(body);
      continue;
    }
    const action = parameters[1];
    add(action?.term);
    if (body === undefined) continue;
    addCalls(body);
    // `action in ["read", "edit"]` and `action = "read"` name the actions of a head with a variable.
    const variable = action?.term.kind === 'variable' ? action.term.name : undefined;
    visit(body, {
      in: ({ item, collection }) => {
        if (item.kind === 'variable' && item.name === variable && collection.kind === 'list')
          collection.items.forEach(add);
      },
      unify: ({ left, right }) => {
        if (left.kind === 'variable' && left.name === variable) add(right);
        if (right.kind === 'variable' && right.name === variable) add(left);
      },
    });
  }
  return found;

  function addCalls(body: Parameters<typeof visit>[0]): void {
    visit(body, {
      call: ({ predicate, args }) => {
        if (predicates.has(predicate)) add(args[1]);
      },
    });
  }
}

const textOf = (term: PatternOrTermNode | undefined): string | undefined =>
  term?.kind === 'literal' && typeof term.value === 'string' ? term.value : undefined;
