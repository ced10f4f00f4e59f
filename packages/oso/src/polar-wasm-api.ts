/**
 * The part of the engine of oso that a `Host` needs: it counts the values that the host keeps. The engine of Nanook needs no WebAssembly, so
 * there are no other methods.
 */
export class Polar {
  #lastId = 0;

  /** Returns a number that no other value has. */
  newId(): number {
    return ++this.#lastId;
  }

  /** Does nothing: there is no memory to release. */
  free(): void {}
}
