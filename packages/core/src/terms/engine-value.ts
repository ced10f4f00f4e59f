/** The method of an engine value that returns the elements of a list. A symbol, so that no attribute of a policy has its name. */
export const elements: unique symbol = Symbol('elements');

/** The base class of variables, partial values and references, so that one `instanceof` distinguishes them from values of the application. */
export abstract class EngineValue {
  /** Returns the elements of a list; undefined for another value. */
  [elements](): readonly unknown[] | undefined {
    return undefined;
  }
}
