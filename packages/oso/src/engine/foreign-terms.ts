import type { ForeignTerms } from '@nanook/core/compat';
import { Predicate } from '../predicate.js';
import { Variable } from '../variable.js';

/** The terms that functions of the application receive and return. */
export const foreignTerms: ForeignTerms = {
  variable: (name) => new Variable(name),
  nameOf: (value) => (value instanceof Variable ? value.name : undefined),
  callOf: (value) =>
    value instanceof Predicate
      ? { name: value.name, args: value.args, with: (args) => new Predicate(value.name, [...args]) }
      : undefined,
};
