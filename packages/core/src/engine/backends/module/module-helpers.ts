import { Source } from '../../../diagnostics/source.js';
import { spanOf, type Span } from '../../../diagnostics/span.js';
import type { TypeSet, PlainTypeSets } from '../../../host/plain-type-sets.js';
import { policyDictionary } from '../../../host/value.js';
import type { DeclaredType, Field } from '../../../types/declared-type.js';
import type { PlainTypeTable } from '../../../types/plain-type-table.js';
import { createEntity } from '../../../types/entity.js';
import { findTag } from '../../../types/typed.js';
import { noValue } from '../../runtime/runtime.js';
import { methodSite, readSite } from '../../runtime/sites.js';

/** The functions with which a precompiled module makes its constants. */
export class ModuleHelpers {
  readonly noValue = noValue;
  readonly read = readSite;
  readonly method = methodSite;
  readonly dictionary = policyDictionary;
  readonly findTag = findTag;
  readonly #sources: readonly Source[];

  constructor(
    readonly types: PlainTypeTable,
    readonly typeSets: PlainTypeSets,
    sources: readonly { readonly name?: string; readonly text: string }[],
  ) {
    this.#sources = sources.map(({ name, text }) => new Source(text, name));
  }

  type(name: string): DeclaredType {
    return this.types.find(name)!;
  }

  constant(name: string): unknown {
    return this.types.constant(name);
  }

  /** Returns the object of `User{"ann"}`. */
  entity(type: string, id: string | number): object {
    return createEntity(this.type(type), id);
  }

  /** Returns the declaration of a field. */
  field(type: string, name: string): Field {
    return this.type(type).places.get(name)!;
  }

  set(types: readonly string[], chain: readonly string[], isInstance: boolean): TypeSet {
    return this.typeSets.ofTypes(
      types.map((name) => this.type(name)),
      chain.map((name) => this.type(name)),
      isInstance,
    );
  }

  /** Returns a map from each key of a list to the value next to the list. */
  map(groups: readonly (readonly [keys: readonly unknown[], value: unknown])[]): Map<unknown, unknown> {
    return new Map(groups.flatMap(([keys, value]) => keys.map((key) => [key, value] as const)));
  }

  span(source: number, start: number, end: number): Span {
    return spanOf(this.#sources[source]!, start, end);
  }
}
