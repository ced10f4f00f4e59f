import type { ProgramContext } from '../engine/program-context.js';
import { HiddenValues } from '../explanation/hidden-values.js';
import { printable } from '../explanation/shown-values.js';
import { show } from '../host/show.js';

/** Returns the values that a debugger hides; undefined if no field is secret. */
export function secretsOf({ program, typeSets }: ProgramContext): HiddenValues | undefined {
  const { types } = program;
  if (HiddenValues.areNone(types, undefined)) return undefined;
  // A debugger calls no predicates of the application.
  return new HiddenValues(
    types,
    (value) => (typeSets.hasPredicates ? undefined : typeSets.of(value)),
    undefined,
  );
}

/** Shows a value, and `***` instead of the secrets in it. */
export function showWithout(
  hidden: HiddenValues | undefined,
  value: unknown,
  { program }: ProgramContext,
): string {
  const replacement = (part: unknown): string | undefined => {
    hidden!.search('', part);
    return hidden!.textFor('', part);
  };
  return printable(show(value, program.types, 0, hidden && replacement));
}
