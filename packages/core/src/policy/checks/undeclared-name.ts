import type { Span } from '../../diagnostics/span.js';
import { nearNames } from '../../internal/near-names.js';
import type { CallNode, ParameterNode, PatternOrTermNode } from '../../syntax/ast.js';
import { visit } from '../../syntax/visit.js';
import { isUnionName } from '../../types/type-table.js';
import type { Declaration, DeclarationKind } from '../policy.js';
import type { PolicyDraft, Scope } from '../policy-draft.js';
import { check } from './check.js';

// cspell:ignore onwer

const kinds: ReadonlyMap<string, DeclarationKind> = new Map([
  ['has_role', 'role'],
  ['has_permission', 'permission'],
  ['has_relation', 'relation'],
]);

/** Warns about `has_role(_, "onwer", _: Note)` when the block of `Note` declares "owner": no shorthand rule uses such a name. */
export const undeclaredName = check(() => {
  let calls: CallNode[] = [];
  let asked: ReadonlySet<string> | undefined;
  const namesByType = new Map<string | undefined, readonly Declaration[]>();
  return {
    code: 'POLAR_CHECK_UNDECLARED_NAME',
    severity: 'warning',
    needs: 'all blocks',
    kinds: ['call'],
    node(call) {
      if (kinds.has(call.predicate)) calls.push(call);
    },
    scope(scope, report, draft) {
      const found = calls;
      calls = [];
      if (draft.blocks.size === 0) return;
      for (const { predicate, args } of found) examine(predicate, args, (term) => typeIn(scope, term));
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
        const isDeclared = ({ name, kind: its }: Declaration): boolean =>
          its === kind && name === string.value;
        // Most names are those of the block itself.
        const own = type === undefined ? undefined : draft.blocks.get(type)?.declarations.get(string.value);
        if (own !== undefined && isDeclared(own)) return;
        const isOfKind = (declaration: Declaration): boolean => declaration.kind === kind;
        if (!declarationsOf(undefined, draft).some(isOfKind)) return;
        const declared = declarationsOf(type, draft);
        if (declared.some(isDeclared)) return;
        const known = declared.filter(isOfKind).map(({ name }) => name);
        const data = { name: string.value, kind, type, known: nearNames(string.value, known) };
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

  function declarationsOf(type: string | undefined, draft: PolicyDraft): readonly Declaration[] {
    const found = namesByType.get(type) ?? declarationsFor(type, draft);
    namesByType.set(type, found);
    return found;
  }
});

/** Returns the names that written rules ask for, each after its predicate. Where facts need no declaration, the policy knows them. */
function namesAskedFor({ rules }: PolicyDraft): ReadonlySet<string> {
  const asked = new Set<string>();
  for (const { body, shorthandOf } of rules)
    if (body !== undefined && shorthandOf === undefined)
      visit(body, {
        call: ({ predicate, args: [, name] }) => {
          if (name?.kind === 'literal') asked.add(`${predicate} ${name.value}`);
        },
      });
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
function declarationsFor(name: string | undefined, { blocks, types }: PolicyDraft): Declaration[] {
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
  return related.flatMap(({ declarations }) => [...declarations.values()]);
}
