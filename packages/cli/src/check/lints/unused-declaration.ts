import type { TypesInput } from '@nanook/core';
import {
  visit,
  type BlockNode,
  type ParameterNode,
  type PolicyNode,
  type RuleNode,
} from '@nanook/core/syntax';
import {
  blocksOf,
  declarationsOf,
  mayOverlap,
  predicates,
  shorthandRulesOf,
  type Declaration,
} from '../../blocks/declarations.js';
import type { Lint } from './lint.js';
import { rulesOf } from './rules-of.js';

const granting: ReadonlySet<string> = new Set(['allow', ...Object.values(predicates)]);

const grantingRules = (trees: readonly PolicyNode[]): readonly RuleNode[] =>
  rulesOf(trees).filter(({ name }) => granting.has(name));

/** Finds permissions, roles and relations of blocks that no rule can give to an actor or a resource. */
export const neverGranted: Lint = {
  code: 'NANOOK_LINT_NEVER_GRANTED',
  *find({ trees, types }) {
    const blocks = blocksOf(trees);
    const rules = grantingRules(trees);
    for (const declaration of blocks.flatMap(declarationsOf)) {
      if (isGranted(declaration, blocks, rules, types)) continue;
      const { kind, name, type, span } = declaration;
      const predicate = predicates[kind];
      const shorthand = kind === 'relation' ? '' : `, or a shorthand rule \`"${name}" if …;\``;
      yield {
        span,
        message: `no rule gives the ${kind} "${name}" of ${type}; add a rule ${predicate}(…, "${name}", …)${shorthand}, or remove the ${kind}`,
      };
    }
  },
};

/** Finds roles and relations that no rule asks for. */
export const neverUsed: Lint = {
  code: 'NANOOK_LINT_NEVER_USED',
  *find({ trees, types }) {
    const used = usedNames(trees);
    const blocks = blocksOf(trees);
    const rules = grantingRules(trees);
    for (const declaration of blocks.flatMap(declarationsOf)) {
      const { kind, name, type, span } = declaration;
      if (kind === 'permission' || used[kind].has(name) || used[kind].has(anyName)) continue;
      // The other lint reports it.
      if (!isGranted(declaration, blocks, rules, types)) continue;
      yield {
        span,
        message: `no rule uses the ${kind} "${name}" of ${type}; add a rule, or remove the ${kind}`,
      };
    }
  },
};

function isGranted(
  { kind, name, type }: Declaration,
  blocks: readonly BlockNode[],
  rules: readonly RuleNode[],
  types: TypesInput,
): boolean {
  const isShorthand =
    kind !== 'relation' &&
    blocks.some(
      (block) =>
        mayOverlap(type, block.className.name, types) &&
        shorthandRulesOf(block).some(({ head }) => head.value === name),
    );
  return isShorthand || rules.some(grants);

  function grants({ name: predicate, parameters }: RuleNode): boolean {
    if (predicate === 'allow' && kind === 'permission')
      return isLiteral(parameters[1], name) && isOfType(parameters[2]);
    if (predicate !== predicates[kind]) return false;
    return (isLiteral(parameters[1], name) || isVariable(parameters[1])) && isOfType(parameters[2]);
  }

  function isOfType(parameter: ParameterNode | undefined): boolean {
    const pattern = parameter?.specializer;
    return pattern?.kind !== 'instance-pattern' || mayOverlap(type, pattern.className, types);
  }
}

const isLiteral = (parameter: ParameterNode | undefined, value: string): boolean =>
  (parameter?.term.kind === 'literal' && parameter.term.value === value) ||
  (parameter?.specializer?.kind === 'literal' && parameter.specializer.value === value);

/** A parameter that is a variable, perhaps with a pattern that the lint does not read. */
const isVariable = (parameter: ParameterNode | undefined): boolean =>
  parameter?.term.kind === 'variable' && parameter.specializer?.kind !== 'literal';

/** A call whose name is a variable, so that it can ask for every name. */
const anyName = Symbol('any name');

interface UsedNames {
  readonly role: ReadonlySet<string | symbol>;
  readonly relation: ReadonlySet<string | symbol>;
}

function usedNames(trees: readonly PolicyNode[]): UsedNames {
  const used = { role: new Set<string | symbol>(), relation: new Set<string | symbol>() };
  for (const tree of trees)
    visit(tree, {
      'shorthand-rule': ({ implier, relation }) => {
        used.role.add(implier.value);
        if (relation !== undefined) used.relation.add(relation.value);
      },
      call: ({ predicate, args: [, name] }) => {
        const kind =
          predicate === 'has_role' ? 'role' : predicate === 'has_relation' ? 'relation' : undefined;
        if (kind !== undefined) used[kind].add(name?.kind === 'literal' ? String(name.value) : anyName);
      },
    });
  return used;
}
