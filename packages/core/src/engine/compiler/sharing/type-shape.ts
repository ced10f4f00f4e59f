import { keyOfInstances } from '../../../host/instance-keys.js';
import { keyKind } from '../../../host/key-kind.js';
import type { RowMark } from '../../../host/row-mark.js';
import { type DeclaredType, unionNames } from '../../../types/declared-type.js';
import { hasDefaultInstanceof } from '../../runtime/exact-class.js';
import type { KnownTypes } from '../compiled-function.js';
import type { Linker } from '../linker.js';

/** The facts about a type that a plan or its code depends on, apart from its fields. */
export interface TypeShape {
  /** A text that is equal for the same facts. */
  readonly text: string;
  /** The facts about a value that has exactly this type. */
  readonly exact: KnownTypes | undefined;
  readonly mark: RowMark | undefined;
}

/** The shapes of the types of one policy, each found once. */
export class TypeShapes {
  readonly #known = new Map<DeclaredType, TypeShape>();

  constructor(readonly linker: Linker) {}

  of(type: DeclaredType): TypeShape {
    let shape = this.#known.get(type);
    if (shape === undefined) this.#known.set(type, (shape = shapeOf(type, this.linker)));
    return shape;
  }
}

function shapeOf(type: DeclaredType, linker: Linker): TypeShape {
  // A built-in type has no replacement but itself.
  if (type.builtIn) return { text: type.name, exact: undefined, mark: undefined };
  const { unions } = linker.context.program;
  const exact = linker.exactArgument(type);
  const mark = exact !== undefined && exact.class === undefined ? linker.rowMark(type) : undefined;
  const facts = [
    type.class === undefined,
    type.is === undefined,
    type.equals === undefined,
    type.discriminator?.field,
    type.key,
    unionNames.map((name) => unions[name].includes(type)),
    exact?.isRow,
    exact?.class === undefined ? mark?.field : hasDefaultInstanceof(exact.class),
    exact?.class !== undefined && linker.equalsOnlyItself(exact),
    exact?.class !== undefined && keyOfInstances(exact.class.prototype as object, linker.context.typeSets),
    type.key?.map((key) => keyKind(type, key)),
    linker.extensionsOf(type).every((each) => linker.exactClass(each) !== undefined),
    // The names that an extension declares again.
    [...type.places.keys()].filter((name) => !linker.declaresAlone(type, name)),
  ];
  return { text: JSON.stringify(facts), exact, mark };
}
