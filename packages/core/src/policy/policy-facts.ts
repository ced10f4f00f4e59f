import type { Dialect } from '../dialect/dialect.js';
import type { FactDeclarationNode } from '../syntax/ast.js';
import { visit } from '../syntax/visit.js';
import type { PolicyFact, PolicyRule } from './policy.js';

/** Returns the facts that a policy declares, and in a dialect that needs no `declare` also each call of a name without rules. */
export function factsOf(
  declared: readonly FactDeclarationNode[],
  rules: readonly PolicyRule[],
  { factsNeedNoDeclaration }: Dialect,
): readonly PolicyFact[] {
  const facts = declared.map((declaration) => ({
    name: declaration.name,
    arity: declaration.types.length,
    declaration,
  }));
  if (!factsNeedNoDeclaration) return facts;
  const defined = new Set(rules.map(({ name }) => name));
  const asked = new Map<string, PolicyFact>();
  const add = (name: string, arity: number): void =>
    void asked.set(`${name}/${arity}`, { name, arity, declaration: undefined });
  for (const { body } of rules)
    if (body !== undefined)
      visit(body, {
        call: ({ predicate, args }) => {
          // The application has facts of these names next to the rules of the policy.
          if (!defined.has(predicate) || givenByData.has(predicate)) add(predicate, args.length);
        },
      });
  return [...facts, ...asked.values()];
}

const givenByData: ReadonlySet<string> = new Set(['has_role', 'has_relation']);
