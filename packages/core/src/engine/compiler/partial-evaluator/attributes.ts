import type { LookupGoal } from '../../../ir/goal.js';
import type { FieldType } from '../../../types/declared-type.js';
import { anything } from '../compiled-function.js';
import type { Linker } from '../linker.js';
import { NotCompilable } from '../not-compilable.js';
import { isOnlyIterated } from '../plan-analysis.js';
import type { Statement } from '../plan.js';
import type { Evaluation, Rest } from './evaluation.js';
import { bind } from './unify.js';
import {
  identityOf,
  isReadFrom,
  isReservedMember,
  operandOf,
  type Cells,
  type LocalValue,
  type Value,
} from './values.js';

/** Reads an attribute, once on each path. */
export function readAttribute(evaluation: Evaluation, goal: LookupGoal, cells: Cells, rest: Rest): Statement {
  const { linker, reads } = evaluation;
  const { key } = goal;
  if (key.kind !== 'constant' || typeof key.value !== 'string') throw new NotCompilable('a computed key');
  const name = key.value;
  if (isReservedMember(name)) throw new NotCompilable('a reserved member');
  if (linker.context.program.types.isLoaded(name)) throw new NotCompilable('a property that is loaded');
  const base = evaluation.valueOf(goal.object, cells);
  const result = evaluation.cellOf(goal.result, cells);
  const at = `${identityOf(base)}.${name}`;
  const known = reads.get(at);
  if (known !== undefined) return bind(evaluation, result, known, rest);
  // The likely type of the object only says which code to try first. It gives no type to the value.
  const field = isCertain(base) ? fieldOf(evaluation, base, name) : undefined;
  const to = evaluation.newLocal();
  const rowType = field === undefined ? rowTypeOf(linker, base, name) : undefined;
  const value = {
    ...declaredLocal(linker, to, fieldOf(evaluation, base, name)),
    field: rowType?.field ?? field,
    isFieldCertain: rowType === undefined,
  };
  evaluation.onUndo(() => reads.delete(at));
  reads.set(at, value);
  if (linker.mayTag(name)) evaluation.noteTypes();
  const next = bind(evaluation, result, value, rest);
  // The elements of a list are tagged one by one in its loop. The whole list is tagged only if it is used elsewhere.
  const isTagged = field?.kind !== 'list' || !isOnlyIterated(next, to);
  const hasExactBase = isExact(base, linker.hasGetter(name)) && !isDeclaredTwice(base, name);
  const tag = tagOf(linker, field);
  return {
    kind: 'read',
    to,
    base: operandOf(base),
    name,
    inPattern: goal.inPattern,
    isExact: hasExactBase,
    field: tag,
    tag: isTagged ? tag : undefined,
    notesRow: !hasExactBase && tag === undefined && linker.mayTag(name),
    rowType,
    isRelation: mayBeRelation(linker, base, name),
    isOptional: false,
    unchecked: [],
    at: goal.span,
    next,
  };
}

/** @param isGetter whether a class has a getter of the name */
const isExact = (base: Value, isGetter: boolean): base is LocalValue =>
  base.kind === 'local' &&
  base.known.kind === 'types' &&
  (base.known.isRow || (base.known.class !== undefined && !isGetter));

/** Checks for a field that a class and its base class both declare: its value has both types. */
const isDeclaredTwice = ({ known }: LocalValue, name: string): boolean =>
  known.kind === 'types' && known.types.declared.filter((type) => type.fields?.has(name)).length > 1;

const isCertain = (base: Value): boolean => base.kind === 'local' && base.known.kind === 'types';

/** Returns the declared type of a field, as far as the type of the object is known or likely. */
function fieldOf({ facts }: Evaluation, base: Value, name: string): FieldType | undefined {
  if (base.kind !== 'local') return undefined;
  const { known, likely } = base;
  const types = known.kind === 'types' ? known.types.declared : likely === undefined ? [] : [likely];
  for (const type of types) facts.addField(type, name);
  const [found, ...others] = types.flatMap((type) => type.fields?.get(name) ?? []);
  return others.length === 0 ? found?.type : undefined;
}

/** Checks whether an attribute may be a declared relation. Fields can give a plain row more types while the query runs. */
function mayBeRelation(linker: Linker, base: Value, name: string): boolean {
  if (linker.relationNamed(name) === undefined) return false;
  if (base.kind !== 'local' || base.known.kind !== 'types' || base.known.mayGrow) return true;
  return base.known.types.declared.some(({ relations }) => relations.has(name));
}

/** Returns the type of the rows in a field, if the likely type of the object declares it and no other type declares another one. */
function rowTypeOf(linker: Linker, base: Value, name: string) {
  if (base.kind !== 'local' || base.known.kind === 'types' || base.likely === undefined) return undefined;
  const isBaseFromField = isReadFrom(base, base.likely);
  const field = base.likely.fields?.get(name)?.type;
  const type = linker.rowTypeOf(name);
  if (isBaseFromField === false || field?.kind !== 'named' || field.name !== type?.name) return undefined;
  return { type, field, of: base.likely, isBaseFromField };
}

/** Returns a local whose likely type is the declared type of a field. */
export function declaredLocal(linker: Linker, to: number, field: FieldType | undefined): LocalValue {
  const type = field?.kind === 'named' ? linker.context.program.types.find(field.name) : undefined;
  return {
    kind: 'local',
    local: to,
    known: anything,
    likely: type === undefined || type.builtIn ? undefined : type,
    field,
    isFieldCertain: true,
  };
}

export const tagOf = (linker: Linker, field: FieldType | undefined): FieldType | undefined =>
  field !== undefined && linker.isTaggable(field) ? field : undefined;
