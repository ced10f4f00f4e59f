import type {
  InstancePatternNode,
  Node,
  ParameterNode,
  RuleTypeNode,
  TermNode,
  VariableNode,
} from '../syntax/ast.js';
import type { TypeTable } from '../types/type-table.js';
import type { PolicyRule, ResourceBlock } from './policy.js';
import type { RuleTypeTable } from './rule-type-table.js';
import type { RuleTypeMatcher } from './rule-type.js';

/** Where variables live: a rule, or an inline query. */
export interface Scope {
  readonly parameters: readonly ParameterNode[];
  readonly body: TermNode | undefined;
  /** Variables, and patterns that name a class, in the order of the text. */
  readonly names: readonly (VariableNode | InstancePatternNode)[];
  readonly hasNegation: boolean;
}

/** All that is in some scopes, by kind and in the order of the text: a check looks at what it is about, not at everything. */
export class NodesByKind {
  readonly #byKind = new Map<Node['kind'], Node[]>();

  add(node: Node): void {
    const known = this.#byKind.get(node.kind);
    if (known === undefined) this.#byKind.set(node.kind, [node]);
    else known.push(node);
  }

  of<Kind extends Node['kind']>(kind: Kind): readonly Extract<Node, { readonly kind: Kind }>[] {
    return (this.#byKind.get(kind) ?? []) as Extract<Node, { readonly kind: Kind }>[];
  }
}

/** All that could be read of a policy, before it is known to make sense: what the checks look at. */
export interface PolicyDraft {
  readonly types: TypeTable;
  readonly rules: readonly PolicyRule[];
  /** Of each rule, those made from shorthand rules included. */
  readonly ruleScopes: readonly Scope[];
  readonly queryScopes: readonly Scope[];
  /** What is in the rules; variables, literals and parameters are not among it. */
  readonly ruleNodes: NodesByKind;
  readonly queryNodes: NodesByKind;
  readonly rulesByName: ReadonlyMap<string, readonly PolicyRule[]>;
  /** As written; `typesOfRules` has the built-in and the implied ones as well. */
  readonly ruleTypes: readonly RuleTypeNode[];
  readonly typesOfRules: RuleTypeTable;
  readonly matcher: RuleTypeMatcher;
  readonly blocks: ReadonlyMap<string, ResourceBlock>;
  /** Whether every statement could be read. Where not, nothing can be said to be missing. */
  readonly hasAllStatements: boolean;
  /** Whether, further, every block makes sense, so that no shorthand rule is missing and the unions are known. */
  readonly hasAllBlocks: boolean;
}
