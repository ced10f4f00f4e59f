import { Report } from '../diagnostics/report.js';
import { assertNever } from '../internal/bug.js';
import {
  type CallNode,
  type ShorthandRuleNode,
  type StringNode,
  andNode,
  callNode,
  instancePatternNode,
  literalNode,
  parameterNode,
  variableNode,
} from '../syntax/ast.js';
import { isKeyword } from '../syntax/token.js';
import type { TypeTable } from '../types/type-table.js';
import type { Declaration, DeclarationKind, PolicyRule, ResourceBlock } from './policy.js';

/** A shorthand rule whose names are resolved to the blocks that declare them. */
interface ResolvedShorthand {
  readonly node: ShorthandRuleNode;
  readonly head: DeclarationKind;
  readonly implier: DeclarationKind;
  /** `on "relation"`: the relation, and the type at its other end. */
  readonly on: { readonly relation: StringNode; readonly related: string } | undefined;
}

/**
 * Returns the ordinary rules for the shorthand rules, by block and then in source order. It reports names that no block declares,
 * and leaves out rules with such names.
 *
 * @param firstId how many rules come before them
 */
export function rewriteShorthandRules(
  blocks: ReadonlyMap<string, ResourceBlock>,
  types: TypeTable,
  firstId: number,
  report: Report,
): PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const block of blocks.values()) {
    const variables = new Variables(block.type, types);
    for (const node of block.shorthandRules) {
      const resolved = resolve(node, block, blocks, report);
      if (resolved !== undefined)
        rules.push(rewrite(resolved, block.type, variables, firstId + rules.length));
    }
  }
  return rules;
}

function resolve(
  node: ShorthandRuleNode,
  block: ResourceBlock,
  blocks: ReadonlyMap<string, ResourceBlock>,
  report: Report,
): ResolvedShorthand | undefined {
  const { type, declarations } = block;
  const find = ({ value, span }: StringNode): Declaration | undefined => {
    const declaration = declarations.get(value);
    if (declaration === undefined)
      report.error(
        'POLAR_CHECK_BLOCK_UNDECLARED_TERM',
        { name: value, type, known: [...declarations.keys()] },
        span,
      );
    return declaration;
  };
  const { implier, keyword, relation } = node;
  const head = find(node.head);
  if (relation === undefined) {
    const found = find(implier);
    return head && found && { node, head: head.kind, implier: found.kind, on: undefined };
  }
  if (keyword !== undefined && keyword.name !== 'on') {
    report.error('POLAR_CHECK_BLOCK_ON_KEYWORD', { found: keyword.name }, keyword.span);
    return undefined;
  }
  const link = find(relation);
  if (link === undefined) return undefined;
  if (link.related === undefined) {
    const data = { name: relation.value, type, kind: link.kind };
    report.error('POLAR_CHECK_BLOCK_NOT_A_RELATION', data, relation.span);
    return undefined;
  }
  const name = implier.value;
  const { related } = link;
  const relatedBlock = blocks.get(related);
  if (relatedBlock === undefined) {
    const data = { name, type, related, relation: relation.value };
    report.error('POLAR_CHECK_BLOCK_RELATED_MISSING', data, relation.span);
    return undefined;
  }
  const found = relatedBlock.declarations.get(name);
  if (found === undefined)
    report.error(
      'POLAR_CHECK_BLOCK_RELATED_UNDECLARED',
      { name, type, related, known: [...relatedBlock.declarations.keys()] },
      implier.span,
    );
  return head && found && { node, head: head.kind, implier: found.kind, on: { relation, related } };
}

/** `"read" if "member" on "parent"` is `has_permission(actor: Actor, "read", repo: Repo) if has_relation(org, "parent", repo) and has_role(actor, "member", org)`. */
function rewrite(
  { node, head, implier, on }: ResolvedShorthand,
  type: string,
  variables: Variables,
  id: number,
): PolicyRule {
  const { span } = node;
  const actor = variableNode(span, variables.actor);
  const resource = variableNode(span, variables.resource);
  const related = on && variableNode(span, variables.related(on.related));
  const text = (string: StringNode) => literalNode(string.span, string.value);
  const call = (at: StringNode, name: string, args: CallNode['args']) =>
    callNode(at.span, at.span, name, args);
  const implied = call(node.implier, predicateOf(implier), [actor, text(node.implier), related ?? resource]);
  return Object.freeze<PolicyRule>({
    kind: 'policy-rule',
    id,
    name: predicateOf(head),
    parameters: [
      parameterNode(span, actor, instancePatternNode(span, 'Actor')),
      parameterNode(node.head.span, text(node.head), undefined),
      parameterNode(span, resource, instancePatternNode(span, type)),
    ],
    body:
      on && related
        ? andNode(span, [call(on.relation, 'has_relation', [related, text(on.relation), resource]), implied])
        : implied,
    span,
    shorthandOf: type,
  });
}

function predicateOf(kind: DeclarationKind): string {
  switch (kind) {
    case 'role':
      return 'has_role';
    case 'permission':
      return 'has_permission';
    case 'relation':
      return 'has_relation';
    default:
      return assertNever(kind);
  }
}

const instanceName = (type: string): string => {
  const lower = type.toLowerCase();
  return lower === type ? `${type}_instance` : lower;
};

/**
 * Chooses the names of the variables in the rules of one block: distinct in each rule, and never the name of a constant or type.
 */
class Variables {
  readonly actor: string;
  readonly resource: string;
  readonly #related = new Map<string, string>();

  constructor(
    type: string,
    readonly types: TypeTable,
  ) {
    this.actor = this.#free('actor', []);
    this.resource = this.#free(instanceName(type), [this.actor]);
  }

  related(type: string): string {
    let name = this.#related.get(type);
    if (name === undefined) {
      name = this.#free(`related_${instanceName(type)}`, [this.actor, this.resource]);
      this.#related.set(type, name);
    }
    return name;
  }

  #free(wanted: string, taken: readonly string[]): string {
    // A constant of the same name captures the variable in oso.
    if (this.types.dialect.loadsUncheckedPolicies) return wanted;
    let name = wanted;
    while (taken.includes(name) || this.types.hasConstant(name) || isKeyword(name)) name += '_';
    return name;
  }
}
