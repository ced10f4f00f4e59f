/**
 * The maximum nesting of terms in the text and in the tree. It keeps the parser and every recursion over a tree within the
 * JavaScript stack, with room for the callers.
 */
export const maxDepth = 250;

/** The most parameters of a rule. The checks compare the parameters with each other. */
export const maxParameters = 1_000;

/**
 * The maximum of messages. It is enough for any policy that a person repairs, and prevents a million messages about a text that is
 * not a policy.
 */
export const maxErrors = 100;
