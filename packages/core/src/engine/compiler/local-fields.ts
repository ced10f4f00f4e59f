import type { DeclaredType, Field } from '../../types/declared-type.js';
import { isPassedRaw, passedArguments, type CompiledFunction } from './compiled-function.js';
import type { Linker } from './linker.js';

/**
 * Returns the parameters that can have their type from a field. The callers pass them without their fields, because the function knows the
 * type.
 */
export function fieldsOfParameters(fn: CompiledFunction, params: readonly number[]): Map<number, Field> {
  const fields = new Map<number, Field>();
  passedArguments(fn.known).forEach((known, i) => {
    if (known.kind !== 'types' || !isPassedRaw(known) || known.class !== undefined) return;
    const [type, ...others] = [...known.types.types].filter(({ builtIn }) => !builtIn);
    // An object with several types has them itself.
    if (others.length === 0) fields.set(params[i]!, type!.reference);
  });
  return fields;
}

/** Returns whether an object can have its type, or its elements can be declared, by this field only. */
export const givesType = ({ type, element }: Field, { context }: Linker): boolean =>
  element !== undefined || (type.kind === 'named' && !context.program.types.find(type.name)!.builtIn);

/** Returns whether a field is the type of a parameter, which no read has tested. */
export const isOfParameter = ({ name }: Field): boolean => name === '';

/** Returns whether a row that a read has tested certainly has this type, and is a plain object. */
export const isRowType = (type: DeclaredType, linker: Linker): boolean =>
  !type.builtIn && type.class === undefined && linker.testsTypes(type);

/** Returns the prototypes of the classes whose instances certainly have this type: that of the type, and those that extend it. */
export const prototypesOf = (type: DeclaredType, linker: Linker): readonly object[] =>
  [type, ...linker.extensionsOf(type)].flatMap((each) => {
    const exact = linker.exactClass(each);
    return exact === undefined ? [] : [exact.prototype as object];
  });
