import { Report } from '../diagnostics/report.js';
import { Source } from '../diagnostics/source.js';
import type { Dialect } from '../dialect/dialect.js';
import { groupBy } from '../internal/group-by.js';
import { invariant } from '../internal/bug.js';
import { once } from '../internal/once.js';
import {
  instancePatternNode,
  literalNode,
  parameterNode,
  variableNode,
  type RuleTypeNode,
  type StatementNode,
} from '../syntax/ast.js';
import { parsePolicy } from '../syntax/parser.js';
import { declaredNameIn, impliedIn } from '../syntax/shorthand-parts.js';
import type { Declaration, GlobalBlock, ResourceBlock } from './policy.js';
import type { Blocks } from './resource-block.js';

/** The rule types of a policy, in this order: the built-in ones, those that its blocks imply, and its own. */
export interface RuleTypeTable {
  readonly byName: ReadonlyMap<string, readonly RuleTypeNode[]>;
  /** The rule types of which the policy must have a rule. */
  readonly required: readonly RuleTypeNode[];
}

/** The rule types without those that a policy writes. */
export interface ImpliedRuleTypes {
  readonly all: readonly RuleTypeNode[];
  readonly required: readonly RuleTypeNode[];
}

export const ruleTypeTable = (
  own: readonly RuleTypeNode[],
  { all, required }: ImpliedRuleTypes,
): RuleTypeTable => ({ byName: groupBy([...all, ...own], ({ name }) => name), required });

/** Returns the built-in rule types, and those that blocks imply. */
export function impliedRuleTypes(
  { blocks, globals }: Blocks,
  { factsNeedNoDeclaration }: Dialect,
): ImpliedRuleTypes {
  const required: RuleTypeNode[] = [];
  if (factsNeedNoDeclaration)
    return { all: builtIn().filter(({ name }) => name !== 'has_permission'), required };
  const all: RuleTypeNode[] = [...builtIn()];
  const role = findRole(blocks);
  if (role !== undefined) {
    // Declared roles need a rule that gives them to actors.
    const type: RuleTypeNode = { ...hasRole(), span: role.span };
    all.push(type);
    required.push(type);
  }
  if (globals !== undefined) addGlobal(globals, blocks, all, required);
  const relied = relationsReliedOn(blocks);
  for (const block of blocks.values()) {
    for (const declaration of block.declarations.values()) {
      // The base declares a relation that is inherited.
      if (declaration.related === undefined || declaration.type !== block.type) continue;
      const type = hasRelation(declaration, declaration.related, block.type);
      all.push(type);
      if (relied.has(declaration)) required.push(type);
    }
  }
  return { all, required };
}

/** Adds the rule types of the roles and permissions without a resource. A role that rules ask for must be given by another rule. */
function addGlobal(
  { declarations, shorthandRules }: GlobalBlock,
  blocks: ReadonlyMap<string, ResourceBlock>,
  all: RuleTypeNode[],
  required: RuleTypeNode[],
): void {
  all.push(...globalTypes());
  const rules = [...blocks.values()].flatMap((block) => block.shorthandRules);
  const asked = [
    ...shorthandRules.flatMap(impliedIn),
    ...rules.flatMap(impliedIn).filter(({ isGlobal }) => isGlobal),
  ];
  const role = asked.find(({ name }) => declarations.get(declaredNameIn(name) ?? '')?.kind === 'role');
  if (role !== undefined) required.push({ ...globalTypes()[0]!, span: role.span });
}

function findRole(blocks: ReadonlyMap<string, ResourceBlock>): Declaration | undefined {
  for (const { declarations } of blocks.values())
    for (const declaration of declarations.values()) if (declaration.kind === 'role') return declaration;
  return undefined;
}

const isRuleType = (statement: StatementNode): statement is RuleTypeNode => statement.kind === 'rule-type';

function readTypes(text: string): readonly RuleTypeNode[] {
  const report = new Report();
  const { statements } = parsePolicy(new Source(text, 'built in'), report);
  invariant(!report.hasErrors, 'the rule types of Polar are Polar');
  return statements.filter(isRuleType);
}

const builtIn = once(() =>
  readTypes(`
    type has_permission(actor: Actor, permission: String, resource: Resource);
    type allow(actor, action, resource);
    type allow_field(actor, action, resource, field);
    type allow_request(actor, request);
  `),
);

const hasRole = once(() => readTypes('type has_role(actor: Actor, role: String, resource: Resource);')[0]!);

const globalTypes = once(() =>
  readTypes(`
    type has_role(actor: Actor, role: String);
    type has_permission(actor: Actor, permission: String);
  `),
);

function hasRelation({ name, span }: Declaration, related: string, type: string): RuleTypeNode {
  const parameter = (variable: string, className: string) =>
    parameterNode(span, variableNode(span, variable), instancePatternNode(span, className));
  return {
    kind: 'rule-type',
    span,
    name: 'has_relation',
    nameSpan: span,
    parameters: [
      parameter('subject', related),
      parameterNode(span, literalNode(span, name), undefined),
      parameter('object', type),
    ],
  };
}

/** Returns the relations without whose rules a shorthand rule can never hold. */
function relationsReliedOn(blocks: ReadonlyMap<string, ResourceBlock>): ReadonlySet<Declaration> {
  const relied = new Set<Declaration>();
  const add = (declaration: Declaration | undefined): void => {
    if (declaration?.kind === 'relation') relied.add(declaration);
  };
  for (const block of blocks.values()) {
    for (const { isGlobal, name, relation } of block.shorthandRules.flatMap(impliedIn)) {
      if (isGlobal) continue;
      const link = relation && block.declarations.get(relation.value);
      add(link);
      const implying = relation === undefined ? block : blocks.get(link?.related ?? '');
      add(implying?.declarations.get(declaredNameIn(name) ?? ''));
    }
  }
  return relied;
}
