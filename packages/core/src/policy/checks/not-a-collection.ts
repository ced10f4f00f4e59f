import { textOf } from '../../diagnostics/span.js';
import { check } from './check.js';
import { typeMistakesIn } from './static-types.js';

/** `user.groups in "admins"`: the list comes after `in`. */
export const notACollection = check(() => {
  let hasMembership = false;
  return {
    code: 'POLAR_CHECK_NOT_A_COLLECTION',
    severity: 'warning',
    kinds: ['in'],
    node() {
      hasMembership = true;
    },
    scope(scope, report, { types }) {
      if (!hasMembership) return;
      hasMembership = false;
      for (const { item, collection } of typeMistakesIn(scope, types).notCollections) {
        const { term, type } = collection;
        report({ span: term.span, data: { item: textOf(item.span), collection: textOf(term.span), type } });
      }
    },
  };
});
