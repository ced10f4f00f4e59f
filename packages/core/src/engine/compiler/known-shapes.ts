import type { TypeSets } from '../../host/type-set.js';
import type { ArgumentShape } from '../rules/argument-shape.js';
import type { RuleIndex } from '../rules/rule-index.js';
import type { KnownArgument } from './compiled-function.js';

/** Returns the shapes of arguments about which these facts are known. */
export const shapesOf = (
  known: readonly KnownArgument[],
  index: RuleIndex,
  typeSets: TypeSets,
): ArgumentShape[] =>
  known.map((k, i): ArgumentShape => {
    switch (k.kind) {
      case 'literal':
        return index.shapeOf(k.value, i, typeSets.of(k.value));
      case 'other':
        return { types: k.types, literal: undefined, isOther: true };
      case 'some':
        return { types: k.types, literal: undefined, isOther: k.isOther };
      case 'types':
        return { types: k.types, literal: undefined, isOther: false };
      case 'tested':
      case 'unbound':
      case 'anything':
        return { types: typeSets.unbound, literal: undefined, isOther: false };
    }
  });

/** Returns the shape of a constant argument. That of an object of the application may change, so nothing is known of it. */
export const shapeOfConstant = (
  typeSets: TypeSets,
  value: unknown,
  index: RuleIndex,
  position: number,
): ArgumentShape =>
  typeSets.areSettled(value)
    ? index.shapeOf(value, position, typeSets.of(value))
    : { types: typeSets.unbound, literal: undefined, isOther: false };
