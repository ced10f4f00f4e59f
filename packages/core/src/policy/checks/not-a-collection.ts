import { scopeCheck } from './check.js';
import { typeMistakesIn } from './static-types.js';

/** Warns about `user.groups in "admins"`: the list comes after `in`. */
export const notACollection = scopeCheck(() => {
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
      for (const { item, collection, span } of typeMistakesIn(scope, types).notCollections)
        report({ span, data: { item, collection: collection.text, type: collection.type } });
    },
  };
});
