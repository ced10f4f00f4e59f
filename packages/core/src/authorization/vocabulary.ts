import {
  oneOf,
  type AbstractValue,
  type ConcreteCase,
  type ConcreteCases,
} from '../analysis/abstract-value.js';
import { GrantAnalysis } from '../analysis/grant-analysis.js';
import type { Equality } from '../engine/equality.js';
import type { Parameter, Rule } from '../ir/goal.js';
import { termsOf } from '../ir/goal-terms.js';
import type { Program } from '../ir/program.js';
import { mentions } from '../ir/term.js';
import type { DeclarationKind } from '../policy/policy.js';
import type { DeclaredType } from '../types/declared-type.js';

/**
 * The names with which an application calls the checks of one declared type. Each list is in alphabetical order. It is `undefined` if every
 * text can be such a name.
 */
export interface TypeVocabulary {
  /** The name of the type. */
  readonly type: string;
  /** The actions that a rule can allow on an instance of the type. */
  readonly actions: readonly string[] | undefined;
  /** The actions that a rule can allow on the type itself, such as *create*. */
  readonly typeActions: readonly string[] | undefined;
  /** The actions that a rule `allow_field` can allow on a field of an instance. */
  readonly fieldActions: readonly string[] | undefined;
  /** The fields that a rule `allow_field` can name. If a rule allows every field, they are the declared fields of the type. */
  readonly fields: readonly string[] | undefined;
  /** The roles that an actor can have on an instance: those that the block declares, and others that a rule names. */
  readonly roles: readonly string[];
}

/** The names of a policy. */
export interface PolicyVocabulary {
  /** The names of each declared type, in the order of the declarations. */
  readonly types: readonly TypeVocabulary[];
  /** The actions that a rule can allow only on a value without a declared type, such as a text or a dictionary. */
  readonly otherActions: readonly string[];
}

/** No policy contains this text, so a rule that accepts it accepts every text. */
const anyText = '\0';

/** The position of a name in the arguments of rules, by the name of the rule. */
type Positions = Readonly<Record<string, number>>;

const actionPositions: Positions = { allow: 1, has_permission: 1, allow_field: 1 };
const fieldPositions: Positions = { allow_field: 3 };
const rolePositions: Positions = { has_role: 1 };

/** Returns the arguments of a query about some names and the abstract value of a resource. */
type ArgumentsFor = (names: AbstractValue, resource: AbstractValue) => readonly AbstractValue[];

const asAction: ArgumentsFor = (names, resource) => ['anything', names, resource];
const asActionOnField: ArgumentsFor = (names, resource) => ['anything', names, resource, 'anything'];
const asField: ArgumentsFor = (names, resource) => ['anything', 'anything', resource, names];

/** Returns the case of a type: its instances, or the type itself. */
type CaseOf = (type: DeclaredType, cases: ConcreteCases) => ConcreteCase;

const itsInstances: CaseOf = (type, cases) => cases.exact(type);
const itself: CaseOf = (type, cases) => cases.value(type.value);

/**
 * Lists the names of each declared type. If a rule allows every action on instances of a type, every text is an action of this type. A rule
 * for every action on everything, such as `allow(user: User, _, _) if user.isAdmin`, adds only the permissions that the block of the type
 * declares. For a type with no other action, it adds all actions that the policy names.
 */
export function vocabularyOf(
  program: Program,
  equality: Equality,
  literals: readonly string[],
): PolicyVocabulary {
  const naming = (positions: Positions): GrantAnalysis =>
    new GrantAnalysis(
      program,
      equality,
      (rule) => usesArgument(rule, positions[rule.name]),
      // A fact of the application can have any name.
      (name) => positions[name] === undefined,
    );
  const ofActions = naming(actionPositions);
  const ofTypedResources = new GrantAnalysis(
    program,
    equality,
    (rule) => usesArgument(rule, actionPositions[rule.name]) || hasTypedResource(rule),
    (name) => actionPositions[name] === undefined,
  );
  const all = new GrantAnalysis(program, equality);
  const declaredTypes = [...program.types.types].filter(({ builtIn }) => !builtIn);

  const actions = namesOf(ofActions, 'allow', asAction, itsInstances);
  const typeActions = namesOf(ofActions, 'allow', asAction, itself);
  const fieldActions = namesOf(ofActions, 'allow_field', asActionOnField, itsInstances);
  const fields = namesOf(naming(fieldPositions), 'allow_field', asField, itsInstances);
  const ofRoles = naming(rolePositions);
  const roles = namesOf(ofRoles, 'has_role', asAction, itsInstances);
  const namedActions = sorted(
    [actions, typeActions, fieldActions].flatMap((names) => [...names.values()].flatMap((each) => [...each])),
  );
  const types = declaredTypes.map(vocabularyOfType);
  const onTypes = new Set(types.flatMap(actionsOf));
  const otherActions = literals.filter((literal) => ofActions.forAnything(literal) && !onTypes.has(literal));
  return { types, otherActions: sorted(otherActions) };

  function vocabularyOfType(type: DeclaredType): TypeVocabulary {
    const possible = declaredTypes.filter((other) => mayBe(type, other));
    const found = (names: Names): string[] => possible.flatMap((each) => [...(names.get(each) ?? [])]);
    const permissions = declared(type, 'permission');
    /** Adds the permissions that a rule for every action allows, or returns undefined if every text is an action. */
    const actionsIn = (
      names: readonly string[],
      rule: string,
      argsFor: ArgumentsFor,
      resources: readonly DeclaredType[],
      caseOf: CaseOf,
    ): string[] | undefined => {
      const allows = (analysis: GrantAnalysis, name: string): boolean =>
        mayHold(analysis, rule, argsFor, [name], resources, caseOf);
      if (allows(ofTypedResources, anyText)) return undefined;
      const own = permissions.filter((name) => allows(all, name));
      if (names.length + own.length > 0 || !allows(all, anyText)) return sorted([...names, ...own]);
      return namedActions.length > 0 ? namedActions : undefined;
    };
    const allowsAnyField = possible.some((each) =>
      mayHold(all, 'allow_field', asField, [anyText], [each], itsInstances),
    );
    const ownFields = [...(type.fields?.keys() ?? [])];
    return {
      type: type.name,
      actions: actionsIn(found(actions), 'allow', asAction, possible, itsInstances),
      typeActions: actionsIn([...(typeActions.get(type) ?? [])], 'allow', asAction, [type], itself),
      fieldActions: actionsIn(found(fieldActions), 'allow_field', asActionOnField, possible, itsInstances),
      fields:
        allowsAnyField && type.fields === undefined
          ? undefined
          : sorted([...found(fields), ...(allowsAnyField ? ownFields : [])]),
      roles: rolesOf(type, possible, found(roles)),
    };
  }

  /** A rule that reads the role from data, such as `name in user.roles`, names none, so the declared roles count. */
  function rolesOf(
    type: DeclaredType,
    possible: readonly DeclaredType[],
    found: readonly string[],
  ): readonly string[] {
    const own = declared(type, 'role');
    const isData = mayHold(ofRoles, 'has_role', asAction, [anyText], possible, itsInstances);
    return sorted(isData && own.length > 0 ? own : [...own, ...found]);
  }

  /** Finds the names of each type for which a rule may hold. */
  function namesOf(analysis: GrantAnalysis, rule: string, argsFor: ArgumentsFor, caseOf: CaseOf): Names {
    const found = new Map<DeclaredType, Set<string>>(declaredTypes.map((type) => [type, new Set()]));
    search(literals, declaredTypes);
    return found;

    /** Most names belong to few types, so a query about many of them at once excludes most pairs. */
    function search(names: readonly string[], of: readonly DeclaredType[]): void {
      if (names.length === 0 || of.length === 0 || !mayHold(analysis, rule, argsFor, names, of, caseOf))
        return;
      if (names.length > 1 && names.length >= of.length) for (const half of halves(names)) search(half, of);
      else if (of.length > 1) for (const half of halves(of)) search(names, half);
      else found.get(of[0]!)!.add(names[0]!);
    }
  }

  /** Returns whether a value that the compiler knows as the one type may have the other type. */
  function mayBe(type: DeclaredType, other: DeclaredType): boolean {
    return program.types.isSubtype(other, type) || other.is !== undefined;
  }

  function declared(type: DeclaredType, kind: DeclarationKind): string[] {
    const declarations = program.policy.blocks.get(type.name)?.declarations.values() ?? [];
    return [...declarations].filter((each) => each.kind === kind).map(({ name }) => name);
  }
}

type Names = ReadonlyMap<DeclaredType, ReadonlySet<string>>;

/** Returns whether a rule may hold for one of the names and one of the types. */
const mayHold = (
  analysis: GrantAnalysis,
  rule: string,
  argsFor: ArgumentsFor,
  names: readonly string[],
  types: readonly DeclaredType[],
  caseOf: CaseOf,
): boolean =>
  analysis.mayHold(rule, (cases) =>
    argsFor(oneOf(names.map((name) => cases.value(name))), oneOf(types.map((type) => caseOf(type, cases)))),
  );

function halves<T>(list: readonly T[]): readonly (readonly T[])[] {
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)];
}

/** Returns the actions on a type, on its instances and on their fields. */
export const actionsOf = ({ actions, typeActions, fieldActions }: TypeVocabulary): readonly string[] => [
  ...(actions ?? []),
  ...(typeActions ?? []),
  ...(fieldActions ?? []),
];

/** Returns whether every text is an action on the type, on its instances or on their fields. */
export const allowsEveryAction = ({ actions, typeActions, fieldActions }: TypeVocabulary): boolean =>
  actions === undefined || typeActions === undefined || fieldActions === undefined;

const sorted = (names: readonly string[]): string[] => [...new Set(names)].toSorted();

/** Returns false for a rule that accepts every text as an argument, because neither its head nor its body uses it. */
function usesArgument({ parameters, body }: Rule, position: number | undefined): boolean {
  const parameter = position === undefined ? undefined : parameters[position];
  if (parameter?.term.kind !== 'slot' || !parameter.takesArgument || !acceptsTexts(parameter)) return true;
  const others = parameters.filter((other) => other !== parameter);
  const goals = [...others.flatMap((other) => other.goals), ...body];
  return mentions([...others.map(({ term }) => term), ...goals.flatMap(termsOf)], parameter.term.slot);
}

/** Returns whether a rule is about the resources of some types. Its third parameter is the resource. */
const hasTypedResource = ({ parameters }: Rule): boolean =>
  parameters[2] !== undefined && parameters[2].specializer.kind !== 'none';

/** Returns whether a parameter has no specializer, or only `String`. */
const acceptsTexts = ({ specializer }: Parameter): boolean =>
  specializer.kind === 'none' ||
  (specializer.kind === 'type' && specializer.name === 'String' && specializer.fieldCount === 0);
