import { declaredField } from '../../../host/declared-value.js';
import type { LookupGoal } from '../../../ir/goal.js';
import type { DeclaredType, Field } from '../../../types/declared-type.js';
import { anything, rowOf, type KnownArgument } from '../compiled-function.js';
import type { Linker } from '../linker.js';
import { NotCompilable } from '../not-compilable.js';
import type { Statement } from '../plan.js';
import type { Evaluation, Rest } from './evaluation.js';
import { bind } from './unify.js';
import {
  identityOf,
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
  const to = evaluation.newLocal();
  const declared = linker.isDeclared(name) ? declarationOf(evaluation, base, name) : 'none';
  const field = typeof declared === 'string' ? undefined : declared;
  const value = declaredLocal(linker, to, field, likelyType(evaluation, base, name));
  evaluation.onUndo(() => reads.delete(at));
  reads.set(at, value);
  const next = bind(evaluation, result, value, rest);
  return {
    kind: 'read',
    to,
    base: operandOf(base),
    name,
    inPattern: goal.inPattern,
    isExact: isExact(base, linker.hasGetter(name)),
    field,
    isOpen: declared === 'open',
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

/** Returns the declaration of a field by the types that the object certainly has; `open` if they are not known. */
function declarationOf({ facts, linker }: Evaluation, base: Value, name: string): Field | 'none' | 'open' {
  if (base.kind !== 'local') return 'open';
  const { known, of } = base;
  if (known.kind === 'types') {
    for (const type of known.types.declared) facts.addField(type, name);
    return tested(declaredField(known.types, name));
  }
  if (of === undefined || !linker.declaresAlone(of, name)) return 'open';
  facts.addField(of, name);
  return tested(of.places.get(name));
}

/** A field that can hold anything is not tested. */
const tested = (field: Field | undefined): Field | 'none' =>
  field === undefined || field.type.kind === 'any' ? 'none' : field;

/** Returns the type that an attribute probably has. It decides which code is tried first, never the result. */
function likelyType({ facts, linker }: Evaluation, base: Value, name: string): DeclaredType | undefined {
  if (base.kind !== 'local' || base.likely === undefined) return undefined;
  facts.addField(base.likely, name);
  const type = base.likely.places.get(name)?.type;
  return type?.kind === 'named' ? registered(linker, type.name) : undefined;
}

const registered = (linker: Linker, name: string): DeclaredType | undefined => {
  const type = linker.context.program.types.find(name);
  return type?.builtIn === false ? type : undefined;
};

/** Returns a local that a read has tested against the declaration of its field, if there is one. */
export function declaredLocal(
  linker: Linker,
  to: number,
  field: Field | undefined,
  likely?: DeclaredType,
): LocalValue {
  const type = field?.type.kind === 'named' ? registered(linker, field.type.name) : undefined;
  const of = type !== undefined && linker.testsTypes(type) ? type : undefined;
  return { kind: 'local', local: to, known: knownOf(linker, field, of), likely: type ?? likely, field, of };
}

/** Returns the facts about a tested value. Code that cannot bail out also gets instances of unregistered classes as rows of a type. */
function knownOf(linker: Linker, field: Field | undefined, of: DeclaredType | undefined): KnownArgument {
  const isRow = of !== undefined && of.class === undefined && !field!.nullable;
  return isRow && linker.knownTypes === undefined
    ? rowOf(linker.context.typeSets.ofRowWithType(of))
    : anything;
}
