import { hasEquality } from '../../host/plain-type-sets.js';
import type { DeclaredType, FieldType } from '../../types/declared-type.js';
import type { ProgramContext } from '../program-context.js';

/**
 * Returns a test whether rules treat a row that has another type the same with and without this one, such as the type of the grants of a user:
 * the policy does not name it, and it declares neither an equality nor a field or a relation that gives rows a type.
 */
export function untoldTest({ program }: ProgramContext): (type: DeclaredType) => boolean {
  const { types, policy } = program;
  const isPlain = (field: FieldType): boolean =>
    field.kind === 'list'
      ? isPlain(field.of)
      : field.kind !== 'named' || types.find(field.name)?.builtIn === true;
  const isRelated = (name: string): boolean =>
    [...types.types].some(({ relations }) => [...relations.values()].some(({ type }) => type === name));
  // A name in a comment or a string counts, too, which only costs time.
  const isNamed = (name: string): boolean => policy.sources.some(({ text }) => text.includes(name));
  return (type) =>
    type.class === undefined &&
    !hasEquality(type) &&
    type.relations.size === 0 &&
    [...(type.fields?.values() ?? [])].every((field) => isPlain(field.type)) &&
    !isRelated(type.name) &&
    !isNamed(type.name);
}
