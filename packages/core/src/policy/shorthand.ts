import { Report } from '../diagnostics/report.js';
import { assertNever } from '../internal/bug.js';
import {
  type CallNode,
  type ImpliedNode,
  type LiteralNode,
  type ShorthandRuleNode,
  type StringNode,
  type TermNode,
  type VariableNode,
  andNode,
  callNode,
  instancePatternNode,
  literalNode,
  parameterNode,
  variableNode,
} from '../syntax/ast.js';
import { mapTerm } from '../syntax/map-term.js';
import { visit } from '../syntax/visit.js';
import type { TypeTable } from '../types/type-table.js';
import { freeName } from './free-name.js';
import type { Declaration, DeclarationKind, GlobalBlock, PolicyRule } from './policy.js';
import type { Blocks } from './resource-block.js';

/**
 * Returns the ordinary rules for the shorthand rules, by block and then in source order. It reports names that no block declares,
 * and leaves out rules with such names.
 *
 * @param firstId how many rules come before them
 */
export function rewriteShorthandRules(
  { blocks, globals }: Blocks,
  types: TypeTable,
  firstId: number,
  report: Report,
): PolicyRule[] {
  const rules: PolicyRule[] = [];
  const add = (rewriter: Rewriter, nodes: readonly ShorthandRuleNode[]): void => {
    for (const node of nodes) {
      const rule = rewriter.rewrite(node, firstId + rules.length);
      if (rule !== undefined) rules.push(rule);
    }
  };
  for (const block of blocks.values())
    add(new Rewriter(block.type, block, { blocks, globals }, types, report), block.shorthandRules);
  if (globals !== undefined)
    add(new Rewriter(undefined, globals, { blocks, globals }, types, report), globals.shorthandRules);
  return rules;
}

/** The variables of a rule, and what its conditions may name. */
interface Scope {
  readonly actor: VariableNode;
  /** Undefined in the block `global`. */
  readonly resource: VariableNode | undefined;
  /** The variable for `role` or `permission`, which the head has. */
  readonly any: { readonly word: string; readonly variable: VariableNode } | undefined;
  /** The names of the variables of related resources, which are distinct in a rule. */
  readonly related: string[];
}

/** Rewrites the rules of one block. `"read" if "member" on "parent"` is `has_permission(actor: Actor, "read", repo: Repo) if has_relation(org, "parent", repo) and has_role(actor, "member", org)`. */
class Rewriter {
  readonly #variables: Variables;

  /** @param type undefined for the block `global` */
  constructor(
    readonly type: string | undefined,
    readonly block: GlobalBlock,
    readonly all: Blocks,
    readonly types: TypeTable,
    readonly report: Report,
  ) {
    this.#variables = new Variables(type ?? 'Resource', types);
  }

  /** Returns undefined when a name is not declared, which is reported. */
  rewrite(node: ShorthandRuleNode, id: number): PolicyRule | undefined {
    const { head, body, span } = node;
    // A condition of its own reads the variables `actor` and `resource`.
    const isPlain = body.kind === 'implied';
    const names = this.#variables;
    const any =
      head.kind === 'name'
        ? { word: head.name, variable: variableNode(head.span, names.any(head.name)) }
        : undefined;
    const scope: Scope = {
      actor: variableNode(span, isPlain ? names.actor : 'actor'),
      resource:
        this.type === undefined ? undefined : variableNode(span, isPlain ? names.resource : 'resource'),
      any,
      related: [],
    };
    const kind = head.kind === 'name' ? (head.name as DeclarationKind) : this.#find(head)?.kind;
    const errors = this.report.diagnostics.length;
    const conditions = mapTerm(body, (term) =>
      term.kind === 'implied' ? (this.#condition(term, scope) ?? term) : term,
    );
    const isAlone = any !== undefined && !this.#binds(body);
    const standsAlone = this.types.dialect.anyNameStandsAlone;
    if (isAlone && !standsAlone) {
      this.report.error('POLAR_CHECK_BLOCK_ANY_NAME', { word: any.word, isInHead: true }, head.span);
    }
    if (kind === undefined || this.report.diagnostics.length > errors) return undefined;
    const rewritten = isAlone ? andNode(span, [this.#isDeclared(any), conditions]) : conditions;
    const mentioned = new Set<string>();
    visit(rewritten, { variable: ({ name }) => void mentioned.add(name) });
    // A variable that the conditions do not use has the name of one that is not used.
    const implicit = (variable: VariableNode): VariableNode =>
      mentioned.has(variable.name) ? variable : variableNode(span, `_${variable.name}`);
    const name = any === undefined ? textOf(head as StringNode) : any.variable;
    const string = any === undefined ? undefined : instancePatternNode(head.span, 'String');
    return Object.freeze<PolicyRule>({
      kind: 'policy-rule',
      id,
      name: predicateOf(kind),
      parameters: [
        parameterNode(span, implicit(scope.actor), instancePatternNode(span, 'Actor')),
        parameterNode(head.span, name, string),
        ...(scope.resource === undefined
          ? []
          : [parameterNode(span, implicit(scope.resource), instancePatternNode(span, this.type!))]),
      ],
      body: rewritten,
      span,
      shorthandOf: this.type ?? 'global',
      hasOwnConditions: !isPlain,
    });
  }

  /** Returns the condition that a `role` or `permission` is one that the block declares. */
  #isDeclared({ word, variable }: NonNullable<Scope['any']>): TermNode {
    const { span } = variable;
    const names = [...this.block.declarations.values()].filter(({ kind }) => kind === word);
    const items = names.map(({ name }) => literalNode(span, name));
    return { kind: 'in', span, item: variable, collection: { kind: 'list', span, items, rest: undefined } };
  }

  /** Returns whether a condition that always holds asks for the `role` of the head. Otherwise the rule would give every role. */
  #binds(body: TermNode): boolean {
    if (body.kind === 'and') return body.operands.some((operand) => this.#binds(operand));
    if (body.kind === 'or') return body.operands.every((operand) => this.#binds(operand));
    return body.kind === 'implied' && body.name.kind === 'name';
  }

  #condition(node: ImpliedNode, scope: Scope): TermNode | undefined {
    const { isGlobal, name, keyword, relation } = node;
    const standsAlone = this.types.dialect.anyNameStandsAlone && scope.any === undefined;
    if (name.kind === 'name' && name.name !== scope.any?.word && !standsAlone) {
      this.report.error('POLAR_CHECK_BLOCK_ANY_NAME', { word: name.name, isInHead: false }, name.span);
      return undefined;
    }
    const text = name.kind === 'name' ? (scope.any?.variable ?? variableNode(name.span, '_')) : textOf(name);
    const call = (kind: DeclarationKind, resource: VariableNode | undefined): CallNode => {
      const args = [scope.actor, text, ...(resource ? [resource] : [])];
      return callNode(
        name.span,
        name.span,
        predicateOf(kind),
        kind === 'relation' ? this.#inOrder(args) : args,
      );
    };
    const kindIn = (find: () => Declaration | undefined): DeclarationKind | undefined =>
      name.kind === 'name' ? (name.name as DeclarationKind) : find()?.kind;
    if (isGlobal || relation === undefined) {
      const kind = kindIn(() =>
        isGlobal ? this.#findGlobal(name as StringNode) : this.#find(name as StringNode),
      );
      return kind && call(kind, isGlobal ? undefined : scope.resource);
    }
    if (keyword !== undefined && keyword.name !== 'on') {
      this.report.error('POLAR_CHECK_BLOCK_ON_KEYWORD', { found: keyword.name }, keyword.span);
      return undefined;
    }
    const link = this.#find(relation);
    if (link === undefined) return undefined;
    const type = this.type ?? 'global';
    if (link.related === undefined) {
      const data = { name: relation.value, type, kind: link.kind };
      this.report.error('POLAR_CHECK_BLOCK_NOT_A_RELATION', data, relation.span);
      return undefined;
    }
    const kind = kindIn(() => this.#findRelated(name as StringNode, relation, link.related!));
    if (name.kind === 'name' && !this.all.blocks.has(link.related)) {
      const data = { name: name.name, type, related: link.related, relation: relation.value };
      this.report.error('POLAR_CHECK_BLOCK_RELATED_MISSING', data, relation.span);
      return undefined;
    }
    if (kind === undefined) return undefined;
    const related = variableNode(node.span, this.#variables.related(link.related, scope.related));
    scope.related.push(related.name);
    const args = this.#inOrder([related, textOf(relation), scope.resource!]);
    return andNode(node.span, [
      callNode(relation.span, relation.span, 'has_relation', args),
      call(kind, related),
    ]);
  }

  /** Returns the arguments of `has_relation`, of which the related object comes first, in the order of the dialect. */
  #inOrder(args: readonly TermNode[]): readonly TermNode[] {
    return this.types.dialect.relatedComesLast ? args.toReversed() : args;
  }

  #find({ value, span }: StringNode): Declaration | undefined {
    const { declarations } = this.block;
    const declaration = declarations.get(value);
    if (declaration === undefined)
      this.report.error(
        'POLAR_CHECK_BLOCK_UNDECLARED_TERM',
        { name: value, type: this.type ?? 'global', known: [...declarations.keys()] },
        span,
      );
    return declaration;
  }

  #findGlobal({ value, span }: StringNode): Declaration | undefined {
    const declarations = this.all.globals?.declarations;
    const declaration = declarations?.get(value);
    if (declaration === undefined)
      this.report.error(
        'POLAR_CHECK_BLOCK_UNDECLARED_TERM',
        { name: value, type: 'global', known: [...(declarations?.keys() ?? [])] },
        span,
      );
    return declaration;
  }

  #findRelated(
    { value: name, span }: StringNode,
    relation: StringNode,
    related: string,
  ): Declaration | undefined {
    const block = this.all.blocks.get(related);
    const type = this.type!;
    if (block === undefined) {
      const data = { name, type, related, relation: relation.value };
      this.report.error('POLAR_CHECK_BLOCK_RELATED_MISSING', data, relation.span);
      return undefined;
    }
    const found = block.declarations.get(name);
    if (found === undefined)
      this.report.error(
        'POLAR_CHECK_BLOCK_RELATED_UNDECLARED',
        { name, type, related, known: [...block.declarations.keys()] },
        span,
      );
    return found;
  }
}

const textOf = ({ span, value }: StringNode): LiteralNode => literalNode(span, value);

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

  /** @param taken the related resources of the same rule */
  related(type: string, taken: readonly string[]): string {
    if (taken.length > 0)
      return this.#free(`related_${instanceName(type)}`, [
        this.actor,
        this.resource,
        'actor',
        'resource',
        ...taken,
      ]);
    let name = this.#related.get(type);
    if (name === undefined) {
      name = this.#free(`related_${instanceName(type)}`, [this.actor, this.resource]);
      this.#related.set(type, name);
    }
    return name;
  }

  /** @param word `role` or `permission` */
  any(word: string): string {
    return this.#free(`any_${word}`, [this.actor, this.resource]);
  }

  #free(wanted: string, taken: readonly string[]): string {
    // A constant of the same name captures the variable in oso.
    if (this.types.dialect.loadsUncheckedPolicies) return wanted;
    return freeName(wanted, taken, this.types);
  }
}
