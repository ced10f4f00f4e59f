import type { Span } from '../../diagnostics/span.js';

/** A place in compiled code that reads an attribute. It remembers the prototypes whose objects can be read inline. */
export interface ReadSite {
  readonly kind: 'read-site';
  /** The latest of these prototypes, for code that compares it inline. */
  prototype: object | null | undefined;
  /** All of these prototypes. */
  readonly seen: WeakSet<object>;
  /** Whether objects without a prototype are among them. */
  seesBare: boolean;
  /** Passes the latest prototype to the code. */
  learn: ((prototype: object | null) => void) | undefined;
  readonly name: string;
  readonly inPattern: boolean;
  /** The position in the policy, for code that does not pass it. */
  readonly at: Span | undefined;
  /** Whether a read here has run a getter. */
  runsCode: boolean;
}

export const readSite = (name: string, inPattern = false, at?: Span): ReadSite => ({
  kind: 'read-site',
  prototype: undefined,
  seen: new WeakSet(),
  seesBare: false,
  learn: undefined,
  name,
  inPattern,
  at,
  runsCode: false,
});

/** A place in compiled code that calls a method. It remembers the receiver that can be called inline: a constant, or instances of a class. */
export interface MethodSite {
  readonly kind: 'method-site';
  prototype: object | undefined;
  receiver: unknown;
  readonly name: string;
}

export const methodSite = (name: string): MethodSite => ({
  kind: 'method-site',
  prototype: undefined,
  receiver: undefined,
  name,
});
