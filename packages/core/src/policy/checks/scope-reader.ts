import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { Node, ParameterNode, TermNode } from '../../syntax/ast.js';
import { childrenOf } from '../../syntax/visit.js';
import type { PolicyRule } from '../policy.js';
import type { Scope, ScopeCall } from '../policy-draft.js';
import type { ScopePass } from './check.js';

/** A scope with the findings of the checks that read it alone. */
interface KnownScope {
  readonly scope: Scope;
  /** The findings by the number of their check. */
  readonly findings: readonly (readonly [pass: number, found: readonly Diagnostic[]])[];
}

/** Scopes by the part of their nodes that belongs to no other scope: the parameters of a rule, the term of a query or a condition. */
export type KnownScopes = WeakMap<object, KnownScope>;

/** Reads scopes, and runs the checks that need nothing else, each time that a scope is not known. */
export class ScopeReader {
  readonly #inRules: Looks;
  readonly #inQueries: Looks;

  constructor(
    readonly passes: readonly ScopePass[],
    readonly known: KnownScopes | undefined,
  ) {
    this.#inRules = looksOf(passes);
    this.#inQueries = looksOf(passes.filter(({ isForQueries }) => isForQueries));
  }

  readRule({ name, parameters, body }: PolicyRule): Scope {
    return this.#find(parameters, () => {
      const scope = readScope(name, parameters, body, this.#inRules);
      for (const { rule, scope: look } of this.passes) (rule ?? look)?.(scope);
      return scope;
    });
  }

  readCondition(term: TermNode): Scope {
    return this.#readTerm(term, this.#inRules);
  }

  readQuery(term: TermNode): Scope {
    return this.#readTerm(term, this.#inQueries);
  }

  #readTerm(term: TermNode, looks: Looks): Scope {
    return this.#find(term, () => {
      const scope = readScope(undefined, [], term, looks);
      for (const pass of this.passes) pass.scope?.(scope);
      return scope;
    });
  }

  #find(key: object, read: () => Scope): Scope {
    if (this.known === undefined) return read();
    const known = this.known.get(key);
    if (known === undefined) return this.#remember(this.known, key, read);
    for (const [pass, found] of known.findings) this.passes[pass]!.report.diagnostics.push(...found);
    return known.scope;
  }

  #remember(all: KnownScopes, key: object, read: () => Scope): Scope {
    const before = this.passes.map(({ report }) => report.diagnostics.length);
    const scope = read();
    const findings = this.passes.flatMap(({ report: { diagnostics } }, pass) =>
      diagnostics.length === before[pass]! ? [] : [[pass, diagnostics.slice(before[pass]!)] as const],
    );
    all.set(key, { scope, findings });
    return scope;
  }
}

/** The checks by the kind of nodes that they read. */
type Looks = ReadonlyMap<Node['kind'], readonly ((node: Node) => void)[]>;

function looksOf(passes: readonly ScopePass[]): Looks {
  const looks = new Map<Node['kind'], ((node: Node) => void)[]>();
  for (const { kinds, node: look } of passes) {
    if (look === undefined) continue;
    for (const kind of kinds) {
      const known = looks.get(kind);
      if (known === undefined) looks.set(kind, [look]);
      else known.push(look);
    }
  }
  return looks;
}

/** Walks over a scope once, and shows its nodes to the checks. */
function readScope(
  name: string | undefined,
  parameters: readonly ParameterNode[],
  body: TermNode | undefined,
  looks: Looks,
): Scope {
  const names: Scope['names'][number][] = [];
  const calls: ScopeCall[] = [];
  let hasNegation = false;

  const visit = (node: Node, negations: number): void => {
    let inside = negations;
    switch (node.kind) {
      case 'variable':
        names.push(node);
        return;
      case 'instance-pattern':
        names.push(node);
        break;
      case 'literal':
        return;
      case 'call':
        calls.push({ node, negations });
        break;
      case 'not':
      case 'forall':
        hasNegation = true;
        inside++;
        break;
      default:
    }
    for (const look of looks.get(node.kind) ?? []) look(node);
    for (const child of childrenOf(node))
      visit(child, node.kind === 'forall' && child === node.action ? negations : inside);
  };

  for (const parameter of parameters) visit(parameter, 0);
  if (body !== undefined) visit(body, 0);
  return { name, parameters, body, names, hasNegation, calls };
}
