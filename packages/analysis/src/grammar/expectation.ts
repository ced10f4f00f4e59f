/** The names of a value that is read: `note.owner` is `['note', 'owner']`. A path after another term, such as a call, has no names. */
export type ReadPath = readonly string[];

/** The kind of text that the grammar accepts at a place. */
export type Expectation =
  | { readonly kind: 'statement' }
  | { readonly kind: 'rule name' }
  /** After `actor` or `resource`. */
  | { readonly kind: 'type of block'; readonly keyword: string }
  /** The start of a declaration or a shorthand rule. */
  | { readonly kind: 'item of block'; readonly type: string }
  /** A text of `roles = […]` or `permissions = […]`. */
  | { readonly kind: 'declared name'; readonly type: string; readonly list: string }
  | { readonly kind: 'relation name'; readonly type: string }
  | { readonly kind: 'type of relation'; readonly type: string }
  | { readonly kind: 'granted name'; readonly type: string }
  /** `"read" if ‹implier› on ‹relation›`; the relation is undefined if the text after the place has none. */
  | { readonly kind: 'implier'; readonly type: string; readonly relation: string | undefined }
  | { readonly kind: 'relation'; readonly type: string; readonly implier: string | undefined }
  | { readonly kind: 'item of test' }
  | { readonly kind: 'item of setup' }
  /** A word or a sign of the grammar, such as `if`, after a part that is complete. */
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** A parameter in the head of a rule. */
  | { readonly kind: 'parameter'; readonly rule: string; readonly index: number }
  /** A type after `:`, `matches` or `new`. */
  | {
      readonly kind: 'type';
      readonly after: ':' | 'matches' | 'new';
      readonly rule: string | undefined;
      readonly index: number;
    }
  /** A field or a method after a dot. */
  | { readonly kind: 'member'; readonly of: ReadPath }
  /** A key in `Type{…}` or in a dictionary, which has no type. */
  | { readonly kind: 'key'; readonly type: string | undefined }
  /** The value of a key in `Type{key: …}`. */
  | { readonly kind: 'value of key'; readonly type: string | undefined; readonly key: string }
  /** An argument of a call of a rule. */
  | { readonly kind: 'argument'; readonly rule: string; readonly index: number }
  /** A value, perhaps one that is compared with the value of a path. */
  | { readonly kind: 'term'; readonly comparedWith: ReadPath | undefined; readonly startsCondition: boolean }
  /** Text that the grammar does not limit: a comment, or the name of a test. */
  | { readonly kind: 'free text' };
