/** The message of each code, from the data of an error. Codes are public: a code is never renamed and never reused. */
export type ErrorTexts = Readonly<Record<string, (data: never) => string>>;

/** The data of an error with this code. */
export type ErrorData<Texts extends ErrorTexts, C extends keyof Texts> = Parameters<Texts[C]>[0];

/** An error with a code, by which an application recognizes it, and the data of its message. */
export interface CodedError<Texts extends ErrorTexts, C extends keyof Texts> extends Error {
  readonly code: C;
  readonly data: ErrorData<Texts, C>;
}

/** The base class of one kind of errors, with its test and its messages. */
export interface ErrorKind<Texts extends ErrorTexts> {
  /** The parameters of its constructor: a code, the data that the message shows, and `cause`. */
  readonly Base: new <C extends keyof Texts>(
    code: C,
    data: ErrorData<Texts, C>,
    options?: ErrorOptions,
  ) => CodedError<Texts, C>;
  /** Returns whether a thrown value is an error of this kind, from any copy of the package. */
  readonly includes: (error: unknown) => boolean;
  /** Returns the message of a code. */
  readonly textOf: <C extends keyof Texts>(code: C, data: ErrorData<Texts, C>) => string;
}

/**
 * Defines a kind of errors. `instanceof` fails between the ESM and the CommonJS copy of a package; `includes` does not.
 *
 * @param id the package and the name of the class: `@nanook/log/NanookLogError`
 */
export function errorKind<const Texts extends ErrorTexts>(id: string, texts: Texts): ErrorKind<Texts> {
  const brand = Symbol.for(id);
  const name = id.slice(id.lastIndexOf('/') + 1);
  const textOf = (code: keyof Texts, data: unknown): string => texts[code]!(data as never);
  class Base extends Error {
    override readonly name = name;

    constructor(
      readonly code: keyof Texts,
      readonly data: unknown,
      options?: ErrorOptions,
    ) {
      super(textOf(code, data), options);
    }

    // On the prototype, so that a log does not show it.
    get [brand](): true {
      return true;
    }
  }
  return { Base: Base as ErrorKind<Texts>['Base'], includes: (error) => hasBrand(error, brand), textOf };
}

/** Returns whether a thrown value has the brand of a class of errors. */
export function hasBrand(error: unknown, brand: symbol): boolean {
  try {
    return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[brand] === true;
  } catch {
    // A revoked proxy.
    return false;
  }
}
