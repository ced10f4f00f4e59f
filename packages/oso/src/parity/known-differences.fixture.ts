/** The scenarios in which this package behaves in another way than oso, and the reason. `docs/reference/parity.md` contains them. */
export const knownDifferences: Readonly<Record<string, string>> = {
  'isaCheck and instances of registered classes':
    'The engine asks `isaCheck` about more arguments of a rule than oso does. An `isaCheck` that throws for a value does not match it.',
  'a number that is iterated':
    'The message names the place in the policy. oso names no place for a value that comes from the application.',
  'a number as a condition':
    'The message names the place in the policy. oso names no place for a value that comes from the application.',
};
