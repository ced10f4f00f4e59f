import type { TypeSet } from '../../host/type-set.js';

/** The facts about an argument that decide which rules may apply. */
export interface ArgumentShape {
  readonly types: TypeSet;
  /** The argument itself, when a rule has it as a literal. */
  readonly literal: unknown;
  /** Whether the argument is a string, number or boolean that no rule has as a literal. */
  readonly isOther: boolean;
}

/** Returns whether the argument has a value. */
export const isBoundShape = (shape: ArgumentShape): boolean => shape.types.label !== 'unbound';
