import { PolarError } from '../diagnostics/polar-error.js';
import { Source } from '../diagnostics/source.js';
import { spanOf } from '../diagnostics/span.js';
import { literalNode, variableNode } from '../syntax/ast.js';
import { printTerm, printValue } from '../syntax/print.js';
import type { DeclaredType, Field } from '../types/declared-type.js';
import type { Relation } from '../types/relation.js';
import type { TypeTable } from '../types/type-table.js';
import { freeName } from './free-name.js';
import { linkRowFact, type FactArgument, type RowFact } from './link-row-fact.js';

/**
 * Returns the rules for the facts that rows are, one text for each type, so that each part that reads rules has these facts. A `has_role` of
 * memberships becomes `has_role(user: User, role: String, organization: Organization) if membership in user.memberships and …;`.
 *
 * @throws {PolarError} `POLAR_TYPE_INVALID_DECLARATION` naming the first fact that makes no sense
 */
export function rowFactSources(types: TypeTable): readonly Source[] {
  return [...types.types].flatMap((type) => {
    const rules = new Set<string>();
    const invalid = (reason: string): PolarError =>
      new PolarError('POLAR_TYPE_INVALID_DECLARATION', { name: type.name, reason });
    for (const input of type.facts) {
      const fact = linkRowFact(type, input, types);
      if (typeof fact === 'string') throw invalid(fact);
      const own = alternativesOf(fact.args).map((args) => ruleOf({ ...fact, args }, type, types));
      if (own.every((rule) => rules.has(rule)))
        throw invalid(`the fact \`${fact.name}\` is declared twice; remove one of the two`);
      for (const rule of own) rules.add(rule);
    }
    return rules.size === 0 ? [] : [new Source([...rules].join('\n'), `facts of ${type.name}`)];
  });
}

type Scalar = string | number | boolean;
/** An argument of one rule. A translated field has one of its values. */
type RuleArgument =
  | Exclude<FactArgument, { readonly kind: 'translated' }>
  | { readonly kind: 'translated'; readonly field: Field; readonly stored: Scalar; readonly value: Scalar };

/** Returns the arguments of a rule for each value of the translated fields. */
function alternativesOf(args: readonly FactArgument[]): readonly (readonly RuleArgument[])[] {
  let found: RuleArgument[][] = [[]];
  for (const arg of args) {
    const each: readonly RuleArgument[] =
      arg.kind === 'translated'
        ? Array.from(arg.values, ([stored, value]) => ({
            kind: 'translated',
            field: arg.field,
            stored,
            value,
          }))
        : [arg];
    found = found.flatMap((before) => each.map((next) => [...before, next]));
  }
  return found;
}

function ruleOf(
  { name, args, where, from }: Omit<RowFact, 'args'> & { readonly args: readonly RuleArgument[] },
  type: DeclaredType,
  types: TypeTable,
): string {
  const taken: string[] = [];
  const free = (wanted: string): string => {
    const chosen = freeName(wanted, taken, types);
    taken.push(chosen);
    return chosen;
  };
  const variables = args.map((arg) => {
    const wanted = nameOf(arg, type);
    return wanted === undefined ? undefined : free(wanted);
  });
  const row = variables[args.findIndex(({ kind }) => kind === 'row')] ?? free(instanceName(type.name));
  // The related row of a relation is what a rule looks for. Other facts are about rows that the rule has, so that only keys are compared.
  const findsRelated = from === undefined || name === 'has_relation';
  let holder = '';
  const ofRow: string[] = [];
  const ofRelated: string[] = [];
  for (const [i, arg] of args.entries()) {
    const variable = variables[i] ?? '';
    if (arg.kind === 'relation') {
      const { relation } = arg;
      ofRelated.push(...valuesOf(variable, relation.where));
      if (relation === from?.argument) holder = variable;
      else if (findsRelated) ofRow.push(`${variable} = ${read(row, relation.name)}`);
      else ofRow.push(...sameKeys(row, variable, relation, type, types));
    } else if (arg.kind === 'field') {
      const value = read(row, arg.field.name);
      const canBeNil = arg.field.nullable && typeNameOf(arg.field) === undefined;
      ofRow.push(`${value} = ${variable}`, ...(canBeNil ? [`${value} != nil`] : []));
    } else if (arg.kind === 'translated') {
      ofRow.push(`${read(row, arg.field.name)} = ${printValue(arg.stored)}`);
    }
  }
  ofRow.push(...valuesOf(row, where));
  const source =
    from === undefined ? [] : [`${ofRow.length > 0 ? row : '_'} in ${read(holder, from.rows.name)}`];
  const conditions = [...source, ...ofRow, ...ofRelated];
  const parameters = args.map((arg, i) => {
    if (arg.kind === 'value' || arg.kind === 'translated') return printValue(arg.value);
    const variable = conditions.length > 0 ? variables[i]! : '_';
    const of = parameterType(arg, type);
    return of === undefined ? variable : `${variable}: ${of}`;
  });
  const body = conditions.length > 0 ? ` if ${conditions.join(' and ')}` : '';
  return `${name}(${parameters.join(', ')})${body};`;
}

/** Returns the conditions that a row has the key of a related row. Two keys that are `nil` are not the same. */
function sameKeys(
  row: string,
  related: string,
  { local, foreign, type }: Relation,
  rows: DeclaredType,
  types: TypeTable,
): string[] {
  return local.flatMap((field, i) => {
    const key = read(row, field);
    const isNullable =
      rows.fields?.get(field)?.nullable !== false &&
      types.find(type)?.fields?.get(foreign[i]!)?.nullable !== false;
    return [`${key} = ${read(related, foreign[i]!)}`, ...(isNullable ? [`${key} != nil`] : [])];
  });
}

const valuesOf = (variable: string, where: ReadonlyMap<string, Scalar | null>): string[] =>
  Array.from(
    where,
    ([field, value]) => `${read(variable, field)} = ${value === null ? 'nil' : printValue(value)}`,
  );

const nowhere = spanOf(new Source(''), 0, 0);

/** Returns `membership.role`. */
const read = (variable: string, field: string): string =>
  printTerm({
    kind: 'lookup',
    span: nowhere,
    object: variableNode(nowhere, variable),
    key: literalNode(nowhere, field),
  });

/** Returns a name for the variable of an argument; undefined for a value. */
function nameOf(arg: RuleArgument, type: DeclaredType): string | undefined {
  switch (arg.kind) {
    case 'row':
      return instanceName(type.name);
    case 'relation':
      return variableName(arg.relation.name);
    case 'field':
      return variableName(arg.field.name);
    default:
      return undefined;
  }
}

const variableName = (text: string): string =>
  text.replaceAll(/[^\p{L}\p{N}_]/gu, '_').replace(/^(?=\p{N})/u, '_');

function instanceName(type: string): string {
  const name = variableName(type);
  const lower = name.slice(0, 1).toLowerCase() + name.slice(1);
  return lower === name ? `${name}_row` : lower;
}

function parameterType(arg: RuleArgument, type: DeclaredType): string | undefined {
  switch (arg.kind) {
    case 'row':
      return type.name;
    case 'relation':
      return arg.relation.type;
    case 'field':
      return typeNameOf(arg.field);
    default:
      return undefined;
  }
}

/** Returns the type that policies name for the values of a field; undefined if they have no name for it, such as for dates. */
function typeNameOf({ type }: Field): string | undefined {
  if (type.kind === 'one-of') return 'String';
  return type.kind === 'named' ? type.name : undefined;
}
