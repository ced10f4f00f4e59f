import type { Dialect } from '../../dialect/dialect.js';
import { currentTimeName } from '../../internal/current-time.js';
import type { TypesInput } from '../../types/type-declaration.js';
import { TypeTable } from '../../types/type-table.js';
import type { KnownScopes } from '../checks/scope-reader.js';
import type { ReadBlocks } from './read-blocks.js';

/** The parts that an editor keeps of a checked policy for the check of its next version, in which most statements have the same nodes. */
export class CheckMemory {
  #types: TypesInput | undefined;
  #constants: object | undefined;
  #table: TypeTable | undefined;
  #blocks: ReadBlocks | undefined;

  /** The scopes that were read with the last types. @internal */
  scopes: KnownScopes = new WeakMap();

  /** Returns the last table if it has the same types, constants and dialect; otherwise forgets all that depends on it. @internal */
  tableOf(
    types: TypesInput | undefined,
    constants: Readonly<Record<string, unknown>> | undefined,
    dialect: Dialect,
  ): TypeTable {
    const isSame = this.#types === types && this.#constants === constants && this.#table?.dialect === dialect;
    if (this.#table === undefined || !isSame) {
      this.#table = new TypeTable(types, { [currentTimeName]: {}, Clock: {}, ...constants }, dialect);
      this.#types = types;
      this.#constants = constants;
      this.#blocks = undefined;
      this.scopes = new WeakMap();
    }
    return this.#table;
  }

  /** Returns the last blocks if they have the same nodes. @internal */
  blocksOf(nodes: ReadBlocks['nodes'], read: () => ReadBlocks): ReadBlocks {
    const last = this.#blocks?.nodes;
    const isSame = last?.length === nodes.length && last.every((node, i) => node === nodes[i]);
    return (this.#blocks = isSame ? this.#blocks! : read());
  }
}
