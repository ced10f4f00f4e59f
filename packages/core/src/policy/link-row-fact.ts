import { didYouMean } from '../internal/near-names.js';
import { isKeyword } from '../syntax/token.js';
import { areConditions, isDeclarationObject, isScalar } from '../types/check-declaration.js';
import type { DeclaredType, Field } from '../types/declared-type.js';
import type { Relation } from '../types/relation.js';
import type { FactArgumentInput, RowFactInput } from '../types/row-fact.js';
import type { TypeTable } from '../types/type-table.js';

type Scalar = string | number | boolean;

/** An argument of a fact, with what the row has for it. */
export type FactArgument =
  | { readonly kind: 'row' }
  | { readonly kind: 'value'; readonly value: Scalar }
  | { readonly kind: 'field'; readonly field: Field }
  | { readonly kind: 'translated'; readonly field: Field; readonly values: ReadonlyMap<Scalar, Scalar> }
  | { readonly kind: 'relation'; readonly relation: Relation };

/** A declared fact of the rows of a type, with its parts found. */
export interface RowFact {
  readonly name: string;
  readonly args: readonly FactArgument[];
  readonly where: ReadonlyMap<string, Scalar | null>;
  /** The argument whose related rows are read, and its relation to them; undefined for a fact about the row itself. */
  readonly from: { readonly argument: Relation; readonly rows: Relation } | undefined;
}

/** Finds the parts of a declared fact. Returns the reason when the declaration makes no sense. */
export function linkRowFact(type: DeclaredType, input: RowFactInput, table: TypeTable): RowFact | string {
  const form = reasonOfForm(input);
  if (form !== undefined) return form;
  const { name, where = {}, from } = input;
  const wrong = (reason: string): string => `the fact \`${name}\` ${reason}`;
  if (type.fields === undefined) return wrong('needs `fields`, which declare the types of its arguments');
  const unknown = Object.keys(where).find((field) => type.fields?.get(field)?.kind !== 'field');
  if (unknown !== undefined) return wrong(`names \`${unknown}\` in \`where\`, ${undeclared(type, unknown)}`);
  const args: FactArgument[] = [];
  const twice = input.arguments.find(
    (argument, i) => typeof argument === 'string' && input.arguments.indexOf(argument) !== i,
  );
  if (twice !== undefined) return wrong(`has the argument \`${twice as string}\` twice`);
  for (const argument of input.arguments) {
    const linked = linkArgument(type, argument);
    if (typeof linked === 'string') return wrong(linked);
    args.push(linked);
  }
  const conditions = new Map(Object.entries(where));
  if (args.some(({ kind }) => kind === 'row')) {
    if (from !== undefined) return wrong("cannot have `from`, because it is about the row itself, 'this'");
    return { name, args, where: conditions, from: undefined };
  }
  const relations = args.flatMap((arg) => (arg.kind === 'relation' ? [arg.relation] : []));
  if (relations.length === 0)
    return wrong(
      "must be about the row, 'this', or about a row to which it has a relation; otherwise nothing leads to its rows",
    );
  const named = from === undefined ? relations : relations.filter((relation) => relation.name === from);
  if (named.length === 0)
    return wrong(
      `names \`${String(from)}\` in \`from\`, which is none of its related rows${didYouMean(
        String(from),
        relations.map((relation) => relation.name),
      )}`,
    );
  const knownLast = name === 'has_relation' && table.dialect.relatedComesLast !== true;
  for (const argument of knownLast ? named.toReversed() : named) {
    const rows = findRowsOf(argument, type, table, conditions);
    if (rows !== undefined) return { name, args, where: conditions, from: { argument, rows } };
  }
  return wrong(
    `needs a relation to its rows: ${named.map((relation) => inverseText(relation, type)).join(', or ')}`,
  );
}

function reasonOfForm(input: RowFactInput): string | undefined {
  const given: unknown = input;
  const example = "fact('has_role', ['user', 'role', 'organization'])";
  if (typeof given !== 'object' || given === null || typeof input.name !== 'string')
    return `\`facts\` must be a list of facts, such as ${example}`;
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(input.name) || isKeyword(input.name))
    return `\`facts\` has the name ${JSON.stringify(input.name)}, which is not the name of a rule`;
  if (!Array.isArray(input.arguments) || input.arguments.length === 0)
    return `the fact \`${input.name}\` needs a list of arguments, such as ${example}`;
  const known = ['name', 'arguments', 'where', 'from'];
  const option = Object.keys(input).find((key) => !known.includes(key));
  if (option !== undefined)
    return `the fact \`${input.name}\` has the option \`${option}\`, which does not exist; the options are \`where\` and \`from\``;
  return areConditions(input.where)
    ? undefined
    : `the fact \`${input.name}\` needs an object of values in \`where\`, such as { revokedAt: null }`;
}

function linkArgument(type: DeclaredType, input: FactArgumentInput): FactArgument | string {
  if (input === 'this') return { kind: 'row' };
  if (typeof input === 'string') {
    const relation = type.relations.get(input);
    if (relation?.kind === 'one') return { kind: 'relation', relation };
    if (relation !== undefined)
      return `has the argument \`${input}\`, which is many rows; an argument is one row or one value`;
    const field = type.fields?.get(input);
    if (field === undefined) return `has the argument \`${input}\`, ${undeclared(type, input)}`;
    if (field.type.kind === 'list')
      return `has the argument \`${input}\`, which is a list; an argument is one row or one value`;
    return { kind: 'field', field };
  }
  const given: unknown = input;
  if (typeof given !== 'object' || given === null)
    return "must have arguments that are names, { value: 'parent' } or { field: 'level', values: { … } }";
  if ('value' in input)
    return isScalar(input.value)
      ? { kind: 'value', value: input.value }
      : 'has a `value` that is not a text, a number or a boolean';
  const field = type.fields?.get(input.field);
  if (field?.kind !== 'field') return `has the argument \`${input.field}\`, ${undeclared(type, input.field)}`;
  return linkValues(field, input.values);
}

/** Reads the values of a column, which are texts in an object, as the field has them. */
function linkValues(field: Field, values: unknown): FactArgument | string {
  const { type, name } = field;
  const entries = isDeclarationObject(values) ? Object.entries(values) : [];
  if (entries.length === 0 || !entries.every((entry): entry is [string, Scalar] => isScalar(entry[1])))
    return `needs \`values\` for \`${name}\`: an object such as { owner: 'admin' }, with the values of the column and those of the fact`;
  const isInteger = type.kind === 'named' && type.name === 'Integer';
  if (type.kind !== 'one-of' && !isInteger && !(type.kind === 'named' && type.name === 'String'))
    return `translates \`${name}\`, which is neither a String nor an Integer`;
  const isPossible = (key: string): boolean =>
    type.kind === 'one-of' ? type.values.includes(key) : !isInteger || isIntegerText(key);
  const impossible = entries.find(([key]) => !isPossible(key));
  if (impossible !== undefined)
    return `translates the value ${JSON.stringify(impossible[0])}, which \`${name}\` never has`;
  return {
    kind: 'translated',
    field,
    values: new Map(entries.map(([key, value]) => [isInteger ? Number(key) : key, value])),
  };
}

/** Returns whether a text is the only one of its whole number, so that no two texts are the same value of a column. */
const isIntegerText = (text: string): boolean =>
  Number.isSafeInteger(Number(text)) && String(Number(text)) === text;

const undeclared = ({ name, fields, relations }: DeclaredType, wanted: string): string =>
  `which \`${name}\` does not declare${didYouMean(wanted, [...new Set([...(fields?.keys() ?? []), ...relations.keys()])])}`;

/**
 * Returns the relation of the other side, `user.memberships` for `membership.user`. It has each row that is a fact: a relation to some rows counts
 * only if the fact has its conditions, too.
 */
function findRowsOf(
  argument: Relation,
  type: DeclaredType,
  table: TypeTable,
  conditions: RowFact['where'],
): Relation | undefined {
  const pairs = pairsOf(argument.foreign, argument.local);
  const found = [...(table.find(argument.type)?.relations.values() ?? [])].filter(
    ({ kind, type: related, local, foreign, where }) =>
      kind === 'many' &&
      related === type.name &&
      pairsOf(local, foreign) === pairs &&
      [...where].every(([field, value]) => conditions.get(field) === value),
  );
  return found.find(({ where }) => where.size === 0) ?? found[0];
}

const pairsOf = (some: readonly string[], others: readonly string[]): string =>
  JSON.stringify(some.map((each, i) => [each, others[i]]).sort(([a], [b]) => (a! < b! ? -1 : 1)));

/** Returns the declaration that is missing. */
function inverseText({ type, local, foreign }: Relation, rows: DeclaredType): string {
  const text = (key: readonly string[]): string =>
    key.length === 1 ? `'${key[0]}'` : `[${key.map((each) => `'${each}'`).join(', ')}]`;
  return `declare many('${rows.name}', { local: ${text(foreign)}, foreign: ${text(local)} }) in \`${type}\``;
}
