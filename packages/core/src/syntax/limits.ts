/**
 * How deep terms may nest, in the text and in the tree. It keeps the parser and every recursion over a tree within the
 * JavaScript stack, with room for the code that called them.
 */
export const maxDepth = 250;

/** Enough for any file that a person repairs; a text which is no policy at all does not become a million messages. */
export const maxErrors = 100;
