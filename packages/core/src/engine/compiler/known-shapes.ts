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
      case 'anything':
        return { types: typeSets.unbound, literal: undefined, isOther: false };
    }
  });
