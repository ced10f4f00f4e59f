import type { Span } from '../../diagnostics/span.js';
import { nearNames } from '../../internal/near-names.js';
import type { ParameterNode, PatternOrTermNode } from '../../syntax/ast.js';
import { isUnionName } from '../../types/type-table.js';
import type { DeclarationKind } from '../policy.js';
import type { PolicyDraft, Scope } from '../policy-draft.js';
import { policyCheck } from './check.js';

// cspell:ignore onwer

const kinds: ReadonlyMap<string, DeclarationKind> = new Map([
  ['has_role', 'role'],
  ['has_permission', 'permission'],
  ['has_relation', 'relation'],
]);

/** The names that blocks declare, by kind. */
type DeclaredNames = ReadonlyMap<DeclarationKind, ReadonlySet<string>>;

/** Warns about `has_role(_, "onwer", _: Note)` when the block of `Note` declares "owner": no shorthand rule uses such a name. */
export const undeclaredName = policyCheck(() => {
  let asked: ReadonlySet<string> | undefined;
  const namesByType = new Map<string | undefined, DeclaredNames>();
  return {
    code: 'POLAR_CHECK_UNDECLARED_NAME',
    severity: 'warning',
    needs: 'all blocks',
    scope(scope, report, draft) {
      if (draft.blocks.size === 0) return;
      for (const { node } of scope.calls) examine(node.predicate, node.args, (term) => typeIn(scope, term));
      const { name: rule, parameters } = scope;
      // A rule `has_relation` with another name matches no rule type, which is an error.
      if (rule !== undefined && rule !== 'has_relation')
        examine(
          rule,
          parameters.map(({ term }) => term),
          () => specializerOf(parameters[2]),
        );

      function examine(
        predicate: string,
        args: readonly PatternOrTermNode[],
        typeOf: (term: PatternOrTermNode) => string | undefined,
      ): void {
        const kind = kinds.get(predicate);
        const [, string, resource] = args;
        if (kind === undefined || string?.kind !== 'literal' || typeof string.value !== 'string') return;
        if (draft.types.dialect.factsNeedNoDeclaration) {
          asked ??= namesAskedFor(draft);
          if (asked.has(`${predicate} ${string.value}`)) return;
        }
        if (args.length === 2) {
          examineGlobal(string.span, string.value, kind);
          return;
        }
        const of = resource && typeOf(resource);
        const type = of === undefined || isUnionName(of) ? undefined : of;
        // Most names are those of the block itself.
        const own = type === undefined ? undefined : draft.blocks.get(type)?.declarations.get(string.value);
        if (own?.kind === kind || !namesOf(undefined, draft).has(kind)) return;
        const known = namesOf(type, draft).get(kind);
        if (known?.has(string.value) === true) return;
        const data = { name: string.value, kind, type, known: nearNames(string.value, known ?? []) };
        report({ span: string.span, data });
      }

      /** Examines the name of a role or permission without a resource. */
      function examineGlobal(span: Span, name: string, kind: DeclarationKind): void {
        const { globals } = draft;
        if (globals === undefined || globals.declarations.get(name)?.kind === kind) return;
        const declared = [...globals.declarations.values()].filter((each) => each.kind === kind);
        const known = nearNames(
          name,
          declared.map((each) => each.name),
        );
        report({ span, data: { name, kind, type: undefined, known } });
      }
    },
  };

  function namesOf(type: string | undefined, draft: PolicyDraft): DeclaredNames {
    let found = namesByType.get(type);
    if (found === undefined) namesByType.set(type, (found = declaredFor(type, draft)));
    return found;
  }
});

/** Returns the names that written rules ask for, each after its predicate. Where facts need no declaration, the policy knows them. */
function namesAskedFor({ rules, scopes }: PolicyDraft): ReadonlySet<string> {
  const asked = new Set<string>();
  for (const rule of rules)
    if (rule.shorthandOf === undefined)
      for (const { node } of scopes.get(rule)!.calls) {
        const [, name] = node.args;
        if (name?.kind === 'literal') asked.add(`${node.predicate} ${name.value}`);
      }
  return asked;
}

const specializerOf = (parameter: ParameterNode | undefined): string | undefined =>
  parameter?.specializer?.kind === 'instance-pattern' ? parameter.specializer.className : undefined;

/** Returns the type of a variable in the head of the rule. */
function typeIn({ parameters }: Scope, term: PatternOrTermNode): string | undefined {
  if (term.kind !== 'variable') return undefined;
  return specializerOf(parameters.find(({ term: own }) => own.kind === 'variable' && own.name === term.name));
}

/**
 * Returns all names that blocks declare for a type, its base types and its subtypes; those of any type when the type is not known.
 */
function declaredFor(name: string | undefined, { blocks, types }: PolicyDraft): DeclaredNames {
  const type = name === undefined ? undefined : types.find(name);
  const related = [...blocks.values()].filter((block) => {
    const other = types.find(block.type);
    return (
      type === undefined ||
      other === undefined ||
      types.isSubtype(type, other) ||
      types.isSubtype(other, type)
    );
  });
  const names = new Map<DeclarationKind, Set<string>>();
  for (const { declarations } of related)
    for (const { kind, name: declared } of declarations.values()) {
      const ofKind = names.get(kind);
      if (ofKind === undefined) names.set(kind, new Set([declared]));
      else ofKind.add(declared);
    }
  return names;
}
