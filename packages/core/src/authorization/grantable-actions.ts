import type { GrantAnalysis } from '../analysis/grant-analysis.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { nearNames } from '../internal/near-names.js';
import { TypeToken, type DeclaredType } from '../types/declared-type.js';
import type { TypeName } from '../types/policy-types.js';
import type { Class } from '../types/type-declaration.js';
import type { TypeTable } from '../types/type-table.js';
import type { GrantableOptions } from './query-options.js';
import { validateArgument } from './validate-argument.js';
import { isText } from './validate-options.js';
import { actionsOf, allowsEveryAction, type PolicyVocabulary } from './vocabulary.js';

/** A type as an application names it: by its name, its class, or the result of `authorizer.type(name)`. */
export type TypeReference = Class | TypeToken | TypeName;

/** The actions that the rules of one loaded policy can allow. */
export class GrantableActions {
  constructor(
    readonly analysis: GrantAnalysis,
    /** Returns the strings that the policy contains. */
    readonly literals: () => readonly string[],
    readonly types: TypeTable,
    readonly vocabulary: () => PolicyVocabulary,
  ) {}

  has(action: string, resource: TypeReference | undefined, options: GrantableOptions): boolean {
    if (resource === undefined) return this.analysis.forAnything(action);
    const type = findType(this.types, 'isGrantable(action, resource)', resource);
    return (
      (options.resource !== 'type' && this.analysis.forInstance(action, type)) ||
      (options.resource !== 'instance' &&
        this.analysis.forValue(action, typeof resource === 'function' ? resource : type.value))
    );
  }

  /** @throws {PolarError} `POLAR_TYPE_NOT_GRANTABLE` */
  require(action: string, resource: TypeReference | undefined, options: GrantableOptions): void {
    if (this.has(action, resource, options)) return;
    const call = 'requireGrantable(action, resource)';
    validateArgument(call, action, "an action, such as 'read'", isText);
    const near = nearNames(action, this.literals()).filter((name) => this.has(name, resource, options));
    const type = resource === undefined ? undefined : findType(this.types, call, resource).name;
    throw new PolarError('POLAR_TYPE_NOT_GRANTABLE', { action, type, resource: options.resource, near });
  }

  /** Returns whether the vocabulary contains the action, for instances of a type or for anything. */
  isNamed(action: unknown, resource: TypeReference | undefined): boolean {
    if (typeof action !== 'string') return false;
    const { types, otherActions } = this.vocabulary();
    if (resource === undefined)
      return (
        otherActions.includes(action) ||
        types.some((type) => actionsOf(type).includes(action) || allowsEveryAction(type))
      );
    const { name } = findType(this.types, 'isAction(action, resource)', resource);
    return types.some(({ type, actions }) => type === name && (actions?.includes(action) ?? true));
  }

  /** Lists the actions in alphabetical order. */
  list(resource: TypeReference | undefined, options: GrantableOptions): readonly string[] {
    return this.literals()
      .filter((literal) => this.has(literal, resource, options))
      .toSorted();
  }
}

/** Returns the declared type that an argument of `call` names. @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE` */
export function findType(types: TypeTable, call: string, resource: TypeReference): DeclaredType {
  validateArgument(call, resource, "a type: a class, a name, or the result of type('Name')", isTypeReference);
  const named = typeof resource === 'object' ? resource.name : resource;
  const found =
    typeof named === 'string'
      ? types.find(named)
      : // An unregistered class has the type of its nearest registered base class, as its instances have.
        (types.findByClass(named) ?? types.ancestorsOfClass(named)[0]);
  if (found !== undefined) return found;
  const name = typeof named === 'string' ? named : named.name;
  throw new PolarError('POLAR_TYPE_UNKNOWN_TYPE', { name, known: nearNames(name, types.typeNames) });
}

const isTypeReference = (value: unknown): boolean =>
  isText(value) || typeof value === 'function' || value instanceof TypeToken;
