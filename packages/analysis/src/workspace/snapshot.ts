import type { TypesInput } from '@nanook/core';
import { outlineOf, type CheckMemory, type PolicyNode, type PolicyOutline } from '@nanook/core/syntax';
import type { KnownOccurrences } from '../symbols/known-occurrences.js';
import { SymbolIndex } from '../symbols/symbol-index.js';
import { inferTypes } from '../types/infer-types.js';
import type { PolicyFile } from './policy-file.js';
import type { CompleteSettings } from './settings.js';

/** All files of a workspace at one moment, and what they declare. Each part is computed on first use. */
export class Snapshot {
  readonly #byName: ReadonlyMap<string, PolicyFile>;
  #types: TypesInput | undefined;
  #outline: PolicyOutline | undefined;
  #symbols: SymbolIndex | undefined;

  constructor(
    readonly files: readonly PolicyFile[],
    readonly settings: CompleteSettings,
    readonly known: KnownOccurrences,
    readonly memory: CheckMemory,
  ) {
    this.#byName = new Map(files.map((file) => [file.name, file]));
  }

  file(name: string): PolicyFile | undefined {
    return this.#byName.get(name);
  }

  get trees(): readonly PolicyNode[] {
    return this.files.map(({ tree }) => tree);
  }

  /** The types of the application, or those that the policies name. */
  get types(): TypesInput {
    return (this.#types ??= this.settings.types ?? inferTypes(this.trees));
  }

  get outline(): PolicyOutline {
    return (this.#outline ??= this.#readOutline());
  }

  /** An invalid type is a finding. All other answers then use the types that the policies name. */
  #readOutline(): PolicyOutline {
    try {
      const { constants, dialect } = this.settings;
      return outlineOf(this.trees, this.types, constants, dialect, this.memory);
    } catch {
      return outlineOf(this.trees, inferTypes(this.trees), {}, this.settings.dialect);
    }
  }

  get symbols(): SymbolIndex {
    const texts = this.files.map(({ parsed }) => parsed);
    return (this.#symbols ??= new SymbolIndex(this.known.in(texts, this.outline, this.settings)));
  }
}
