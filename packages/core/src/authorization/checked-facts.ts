import type { ProgramContext } from '../engine/program-context.js';
import { isPromise } from '../internal/promise.js';
import type { Fact } from '../ir/link-facts.js';
import { validateArgument } from './validate-options.js';

/**
 * Returns a copy of facts, which the caller can no longer change.
 *
 * @throws {PolarError} `POLAR_TYPE_INVALID_ARGUMENT` also for a value of another type than the policy declares: an id instead of its object, or a
 *   row without its type, would be a fact about nothing, and could not take a permission away
 */
export function checkedFacts(
  facts: readonly Fact[],
  context: Pick<ProgramContext, 'program' | 'typeSets'>,
): readonly Fact[] {
  const validate = (value: unknown, expected: string, holds: (value: unknown) => boolean): void =>
    validateArgument('withFacts(facts)', value, expected, holds);
  validate(facts, "a list of facts, such as [['has_role', user, 'admin', note]]", Array.isArray);
  return facts.map((fact) => {
    const isFact = Array.isArray(fact) && typeof fact[0] === 'string' && fact.length > 1;
    validate(
      fact,
      "facts with a name and arguments, such as ['has_role', user, 'admin', note]",
      () => isFact,
    );
    const [name, ...args] = fact;
    for (const [i, arg] of args.entries()) {
      validate(arg, 'arguments that have a value', (value) => value !== undefined && !isPromise(value));
      const names = declaredTypes(name, args.length, i, context);
      validate(
        arg,
        `${names.join(' or ') || 'a value or an object with a type'} as argument ${i + 1} of \`${name}\``,
        (value) =>
          names.length === 0
            ? !isUntypedRow(value, context)
            : names.some((type) => isOf(value, type, context)),
      );
    }
    return [...fact];
  });
}

/** Returns the types of an argument that the policy declares for a fact. */
const declaredTypes = (
  name: string,
  arity: number,
  i: number,
  { program }: Pick<ProgramContext, 'program'>,
): readonly string[] =>
  program.policy.facts.flatMap(({ declaration, ...fact }) =>
    fact.name === name && fact.arity === arity ? (declaration?.types[i]?.name ?? []) : [],
  );

/** Returns whether a value is a plain object without a type of the policy, so that it is equal to no row. */
function isUntypedRow(
  value: unknown,
  { program, typeSets }: Pick<ProgramContext, 'program' | 'typeSets'>,
): boolean {
  const [type, ...others] = typeSets.of(value).types;
  return type !== undefined && type === program.types.find('Dictionary') && others.length === 0;
}

function isOf(
  value: unknown,
  name: string,
  { program: { unions, types }, typeSets }: Pick<ProgramContext, 'program' | 'typeSets'>,
): boolean {
  const found = typeSets.of(value).types;
  const wanted = Object.hasOwn(unions, name) ? unions[name as keyof typeof unions] : [types.find(name)];
  return wanted.some((type) => type !== undefined && found.has(type));
}
