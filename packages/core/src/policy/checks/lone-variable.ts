import { nearNames } from '../../internal/near-names.js';
import type { Node, ParameterNode, VariableNode } from '../../syntax/ast.js';
import { childrenOf } from '../../syntax/visit.js';
import type { PolicyDraft, Scope } from '../policy-draft.js';

// cspell:ignore Clok

/** The kind of string that is the second argument of these rules. */
const wordsOfRules: ReadonlyMap<string, StringWord> = new Map([
  ['allow', 'action'],
  ['allow_field', 'action'],
  ['has_permission', 'permission'],
  ['has_role', 'role'],
  ['has_relation', 'relation'],
]);
export type StringWord = 'action' | 'permission' | 'role' | 'relation';

/** Common names of a variable in the second place. Such a name is not a string without quotes. */
const usualVariables: ReadonlySet<string> = new Set(
  'action act actions permission perm permissions role roles relation rel verb operation op method name any all'.split(
    ' ',
  ),
);

/** The most likely mistake behind a variable that appears only once in its rule. */
export type LoneMeaning =
  /** `read` for `"read"`. */
  | { readonly as: 'string'; readonly word: StringWord; readonly near: readonly string[] }
  /** `Article` for a type that is not registered, `Clok` for `Clock`. */
  | { readonly as: 'type'; readonly near: readonly string[] }
  /** `note?.owner` for `note.owner`. */
  | { readonly as: 'optional chaining' }
  /** A misspelled variable or constant, or a field without its object: `ownerId` for `note.ownerId`. */
  | { readonly as: 'misspelling'; readonly near: readonly string[] }
  /** `user: User` that nothing uses: only the type restricts it. */
  | { readonly as: 'typed parameter'; readonly type: string }
  /** A parameter without any restriction. */
  | { readonly as: 'parameter'; readonly type: string | undefined; readonly word: StringWord | undefined }
  /** The receiver of an attribute or a call, which never has a value. */
  | { readonly as: 'receiver' }
  /** An operand of `=`, `!=`, `<` and so on, for which the comparison has no value. */
  | { readonly as: 'operand' }
  /** An item, a field or an argument, which matches any value. */
  | { readonly as: 'any' };

/** @param others the names that a misspelled one may have been meant as: the other variables of its rule */
export function meaningOf(
  variable: VariableNode,
  scope: Scope,
  others: readonly string[],
  draft: PolicyDraft,
): LoneMeaning {
  const { name } = variable;
  const { types } = draft;
  const word = stringWordAt(variable, scope);
  if (word !== undefined && !usualVariables.has(name))
    return { as: 'string', word, near: nearStrings(name, word, draft) };
  const parameter = scope.parameters.find(({ term }) => term === variable);
  if (name.endsWith('?') && placeOf(variable, scope) === 'receiver') return { as: 'optional chaining' };
  if (/^\p{Lu}/u.test(name)) {
    const known = [...types.typeNames, ...types.constantNames];
    return { as: 'type', near: nearNames(name, known) };
  }
  if (parameter?.specializer?.kind === 'instance-pattern')
    return { as: 'typed parameter', type: parameter.specializer.className };
  if (parameter !== undefined)
    return { as: 'parameter', word, type: word === undefined ? typeOf(variable, scope, draft) : undefined };
  const near = [
    ...nearVariables(name, [...others, ...types.constantNames]),
    ...fieldsNamed(name, scope, draft),
    ...parametersOfType(name, scope),
  ];
  return near.length > 0 ? { as: 'misspelling', near } : { as: placeOf(variable, scope) };
}

/** Names of one or two letters are similar to too many others. */
const nearVariables = (name: string, others: readonly string[]): string[] =>
  name.length < 3
    ? []
    : nearNames(
        name,
        others.filter((other) => other.length > 2),
      );

/** Returns the most likely type of an unused parameter: `Note` for `note`, and `User` for the first parameter of a decision. */
function typeOf({ name }: VariableNode, scope: Scope, { types, blocks }: PolicyDraft): string | undefined {
  const lower = name.toLowerCase().replaceAll('_', '');
  const own = [...types.types].filter(({ builtIn }) => !builtIn).map((type) => type.name);
  const named = own.find((type) => type.toLowerCase() === lower);
  if (named !== undefined) return named;
  const isActor = scope.parameters[0]?.term.kind === 'variable' && scope.parameters[0].term.name === name;
  if (
    !isActor ||
    scope.name === undefined ||
    !(wordsOfRules.has(scope.name) || scope.name === 'allow_request')
  )
    return undefined;
  return [...blocks.values()].find((block) => block.isActor)?.type ?? own.find((type) => type === 'User');
}

/** Finds `u` for `user` when a parameter is `u: User`. */
const parametersOfType = (name: string, { parameters }: Scope): string[] =>
  parameters.flatMap(({ term, specializer }) =>
    term.kind === 'variable' &&
    term.name !== '_' &&
    specializer?.kind === 'instance-pattern' &&
    specializer.className.toLowerCase() === name.toLowerCase()
      ? [term.name]
      : [],
  );

/** Finds `note.ownerId` for `ownerId` when a parameter is a `Note`, which has this field. */
function fieldsNamed(name: string, { parameters }: Scope, { types }: PolicyDraft): string[] {
  return parameters.flatMap(({ term, specializer }) => {
    if (term.kind !== 'variable' || specializer?.kind !== 'instance-pattern') return [];
    const type = types.find(specializer.className);
    const isField = type !== undefined && types.ancestorsOf(type).some(({ fields }) => fields?.has(name));
    return isField ? [`${term.name}.${name}`] : [];
  });
}

function stringWordAt(variable: VariableNode, scope: Scope): StringWord | undefined {
  if (scope.parameters[1]?.term === variable)
    return scope.name === undefined ? undefined : wordsOfRules.get(scope.name);
  const parent = parentOf(variable, scope);
  return parent?.kind === 'call' && parent.args[1] === variable
    ? wordsOfRules.get(parent.predicate)
    : undefined;
}

/**
 * Returns the strings of the policy that are most similar to a name: those of blocks, and those in the second place of rules of the
 * same kind.
 */
function nearStrings(name: string, word: StringWord, { blocks, rulesByName }: PolicyDraft): string[] {
  const known = new Set<string>();
  for (const { declarations } of blocks.values())
    for (const { name: declared, kind } of declarations.values())
      if (kind === word || (word === 'action' && kind === 'permission')) known.add(declared);
  for (const [rule, itsWord] of wordsOfRules) {
    if (itsWord !== word) continue;
    for (const { parameters } of rulesByName.get(rule) ?? []) {
      const term = parameters[1]?.term;
      if (term?.kind === 'literal' && typeof term.value === 'string') known.add(term.value);
    }
  }
  return known.has(name) ? [name] : nearNames(name, known);
}

function placeOf(variable: VariableNode, scope: Scope): 'receiver' | 'operand' | 'any' {
  const parent = parentOf(variable, scope);
  switch (parent?.kind) {
    case 'lookup':
    case 'method-call':
      return parent.object === variable ? 'receiver' : 'any';
    case 'unify':
    case 'compare':
    case 'assign':
    case 'arithmetic':
      return 'operand';
    default:
      return 'any';
  }
}

/** Returns the parent node of a variable; undefined at the top of a body. */
function parentOf(variable: VariableNode, { parameters, body }: Scope): Node | undefined {
  const pending: Node[] = body === undefined ? [...parameters] : [...(parameters as ParameterNode[]), body];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const child of childrenOf(node)) {
      if (child === variable) return node;
      pending.push(child);
    }
  }
  return undefined;
}
