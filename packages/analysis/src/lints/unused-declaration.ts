import type { PolicyDialect, TypesInput } from '@nanook/core';
import {
  declaredNameIn,
  visit,
  type ParameterNode,
  type PolicyNode,
  type RuleNode,
  type StatementNode,
} from '@nanook/core/syntax';
import {
  blocksOf,
  declarationsOf,
  mayOverlap,
  predicates,
  shorthandRulesOf,
  type Declaration,
  type DeclarationKind,
} from '../blocks/declarations.js';
import { factRulesOf } from '../types/fact-rules.js';
import type { Lint } from './lint.js';
import { rulesOf } from './rules-of.js';

/** Finds permissions, roles and relations of blocks that no rule can give to an actor or a resource. */
export const neverGranted: Lint = {
  code: 'NANOOK_LINT_NEVER_GRANTED',
  needsAllStatements: true,
  *find({ trees, types, dialect }) {
    const grants = grantsIn(trees, types, dialect);
    for (const declaration of blocksOf(trees).flatMap(declarationsOf)) {
      if (grants.has(declaration)) continue;
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
  needsAllStatements: true,
  *find({ trees, types, dialect }) {
    const used = usedNames(trees);
    const grants = grantsIn(trees, types, dialect);
    for (const declaration of blocksOf(trees).flatMap(declarationsOf)) {
      const { kind, name, type, span } = declaration;
      if (kind === 'permission' || used[kind].has(name) || used[kind].has(anyName)) continue;
      // The other lint reports it.
      if (!grants.has(declaration)) continue;
      yield {
        span,
        message: `no rule uses the ${kind} "${name}" of ${type}; add a rule, or remove the ${kind}`,
      };
    }
  },
};

/** Computed once for both lints. */
const grantsByTrees = new WeakMap<readonly PolicyNode[], Grants>();

function grantsIn(
  trees: readonly PolicyNode[],
  types: TypesInput,
  dialect: PolicyDialect | undefined,
): Grants {
  let grants = grantsByTrees.get(trees);
  if (grants?.declared !== types || grants.dialect !== dialect)
    grantsByTrees.set(trees, (grants = new Grants(trees, types, dialect)));
  return grants;
}

/** The names that rules give, with the types for which they give them. */
class Grants {
  /** The types by kind and name. A rule whose name is a variable has the name `anyName`; a rule without a type has the type `undefined`. */
  readonly #types = new Map<string, Map<string | symbol, Set<string | undefined>>>();

  constructor(
    trees: readonly PolicyNode[],
    readonly declared: TypesInput,
    readonly dialect: PolicyDialect | undefined,
  ) {
    for (const block of blocksOf(trees))
      for (const { head } of shorthandRulesOf(block))
        for (const kind of ['permission', 'role'] as const)
          if (head.kind === 'string' || head.name === kind)
            this.#add(kind, declaredNameIn(head) ?? anyName, block.className.name);
    for (const rule of [...rulesOf(trees), ...factRulesOf(declared)]) this.#addRule(rule);
  }

  /** Returns whether a rule gives a declared name, perhaps for a type that overlaps with the declaring one. */
  has({ kind, name, type }: Declaration): boolean {
    // There, roles and relations are facts of the application.
    if (this.dialect === 'oso-cloud' && kind !== 'permission') return true;
    return [name, anyName].some((each) => {
      const types = this.#types.get(kind)?.get(each);
      if (types === undefined) return false;
      // Nearly every name is given for its own type, so that the other types need no search.
      if (types.has(type) || types.has(undefined)) return true;
      return [...types].some((other) => mayOverlap(type, other!, this.declared));
    });
  }

  #addRule({ name: predicate, parameters: [, parameter, resource] }: RuleNode): void {
    const pattern = resource?.specializer;
    const type = pattern?.kind === 'instance-pattern' ? pattern.className : undefined;
    const name = literalOf(parameter);
    if (predicate === 'allow') {
      if (name !== undefined) this.#add('permission', name, type);
      return;
    }
    const kind = kinds.get(predicate);
    if (kind === undefined) return;
    if (name !== undefined) this.#add(kind, name, type);
    else if (isVariable(parameter)) this.#add(kind, anyName, type);
  }

  #add(kind: string, name: string | symbol, type: string | undefined): void {
    const names = this.#types.get(kind) ?? new Map<string | symbol, Set<string | undefined>>();
    this.#types.set(kind, names);
    names.set(name, (names.get(name) ?? new Set()).add(type));
  }
}

const kinds: ReadonlyMap<string, DeclarationKind> = new Map(
  (['permission', 'role', 'relation'] as const).map((kind) => [predicates[kind], kind]),
);

/** Returns the text that a parameter accepts alone. */
function literalOf(parameter: ParameterNode | undefined): string | undefined {
  const literal = [parameter?.term, parameter?.specializer].find((each) => each?.kind === 'literal');
  return literal?.kind === 'literal' && typeof literal.value === 'string' ? literal.value : undefined;
}

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
  for (const { statements } of trees)
    for (const statement of statements) {
      const { role, relation } = usedIn(statement);
      for (const name of role) used.role.add(name);
      for (const name of relation) used.relation.add(name);
    }
  return used;
}

/** The names by statement. An editor keeps the nodes of the statements that did not change. */
const usedByStatement = new WeakMap<StatementNode, UsedNames>();

function usedIn(statement: StatementNode): UsedNames {
  let used = usedByStatement.get(statement);
  if (used === undefined) usedByStatement.set(statement, (used = findUsed(statement)));
  return used;
}

function findUsed(statement: StatementNode): UsedNames {
  const used = { role: new Set<string | symbol>(), relation: new Set<string | symbol>() };
  visit(statement, {
    implied: ({ isGlobal, name, relation }) => {
      const given = declaredNameIn(name);
      if (!isGlobal) used.role.add(given ?? anyName);
      // `"editor" if "author"` can ask for a relation to the actor.
      const link = relation?.value ?? given;
      if (link !== undefined) used.relation.add(link);
    },
    call: ({ predicate, args: [, name] }) => {
      const kind = predicate === 'has_role' ? 'role' : predicate === 'has_relation' ? 'relation' : undefined;
      if (kind !== undefined) used[kind].add(name?.kind === 'literal' ? String(name.value) : anyName);
    },
  });
  return used;
}
