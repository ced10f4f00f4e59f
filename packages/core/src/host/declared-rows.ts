import { findUnrelated, isCertainlyRelated } from './relation-value.js';
import { createTags } from './tags.js';

/** The functions for values that are read from declared fields and relations. Ahead-of-time policies without declarations need none of them. */
export const declaredRows = { createTags, findUnrelated, isCertainlyRelated };
export type DeclaredRows = typeof declaredRows;
