import type { DeclaredType } from '../../types/declared-type.js';
import { policyCheck } from './check.js';
import { isOpen } from './open-parameters.js';
import { typeMistakesIn } from './static-types.js';

/**
 * Warns about `note.owner = user` when the type of both declares no key. Then two loaded copies of one row are equal only if all their fields
 * are, and two rows with few loaded fields can be equal by chance.
 */
export const comparedWithoutKey = policyCheck({
  code: 'POLAR_CHECK_COMPARED_WITHOUT_KEY',
  severity: 'warning',
  isStricterThanOso: true,
  scope(scope, report, draft) {
    if (!draft.types.hasFields) return;
    for (const { left, right, type, span } of typeMistakesIn(scope, draft.types).withoutKey) {
      const gives = scope.parameters.some(
        ({ term }, i) =>
          term.kind === 'variable' && [left, right].includes(term.name) && isOpen(scope.name, i, draft),
      );
      if (!gives) report({ span, data: { left, right, type: type.name, key: likelyKeyOf(type) } });
    }
  },
});

/** The usual names of a field that identifies a row. */
const usualKeys = ['id', '_id', 'uuid'];

function likelyKeyOf({ fields }: DeclaredType): string | undefined {
  return fields === undefined ? usualKeys[0] : usualKeys.find((name) => fields.has(name));
}
