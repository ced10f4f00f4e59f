/** A variable of a rule or query, by its place in the frame. */
export interface SlotTerm {
  readonly kind: 'slot';
  readonly slot: number;
}
/** A literal of the policy, or a value of the application: a constant, a class. */
export interface ConstantTerm {
  readonly kind: 'constant';
  readonly value: unknown;
}
export interface ListTerm {
  readonly kind: 'list';
  readonly items: readonly Term[];
  readonly rest: SlotTerm | undefined;
}
/** Keys in code point order. */
export interface DictionaryTerm {
  readonly kind: 'dictionary';
  readonly keys: readonly string[];
  readonly values: readonly Term[];
}
/** An operand of a goal. Look-ups, calls and arithmetic inside terms have become separate goals. */
export type Term = SlotTerm | ConstantTerm | ListTerm | DictionaryTerm;

export const slotTerm = (slot: number): SlotTerm => ({ kind: 'slot', slot });
export const constantTerm = (value: unknown): ConstantTerm => ({ kind: 'constant', value });
export const listTerm = (items: readonly Term[], rest: SlotTerm | undefined): ListTerm => ({
  kind: 'list',
  items,
  rest,
});
export const dictionaryTerm = (keys: readonly string[], values: readonly Term[]): DictionaryTerm => ({
  kind: 'dictionary',
  keys,
  values,
});

/** Returns whether one of the terms contains the variable. */
export function mentions(terms: readonly Term[], slot: number): boolean {
  return terms.some((term) => {
    switch (term.kind) {
      case 'slot':
        return term.slot === slot;
      case 'list':
        return mentions(term.rest === undefined ? term.items : [...term.items, term.rest], slot);
      case 'dictionary':
        return mentions(term.values, slot);
      case 'constant':
        return false;
    }
  });
}
