import {
  booleanMethods,
  dateMethods,
  listMethods,
  numberMethods,
  staticMethods,
  stringMethods,
} from '../host/built-in-members.js';
import type { FieldType } from '../types/declared-type.js';

/** The members of values of a built-in type that policies may use. */
export interface BuiltInMembers {
  readonly attributes: readonly string[];
  readonly methods: readonly string[];
}

const methods = (names: ReadonlySet<string>): BuiltInMembers => ({ attributes: [], methods: [...names] });
const collection = (names: ReadonlySet<string>): BuiltInMembers => ({
  attributes: ['length'],
  methods: [...names],
});

/** Returns the members of the values of a built-in type; none for another type. */
export function builtInMembersOf(type: FieldType): BuiltInMembers {
  switch (type.kind) {
    case 'list':
      return collection(listMethods);
    case 'one-of':
      return collection(stringMethods);
    case 'date':
      return methods(dateMethods);
    case 'decimal':
      return methods(numberMethods);
    case 'named':
      switch (type.name) {
        case 'String':
          return collection(stringMethods);
        case 'List':
          return collection(listMethods);
        case 'Integer':
        case 'Float':
          return methods(numberMethods);
        case 'Boolean':
          return methods(booleanMethods);
        default:
      }
      break;
    default:
  }
  return { attributes: [], methods: [] };
}

/** Returns the static methods of a built-in type, such as those of `Integer`, and `now` of `Clock`. */
export const staticMethodsOf = (name: string): readonly string[] =>
  name === 'Clock' ? ['now'] : [...(staticMethods[name] ?? [])];
