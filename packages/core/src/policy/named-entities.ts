import type { Report } from '../diagnostics/report.js';
import { textOf } from '../diagnostics/span.js';
import type { Node } from '../syntax/ast.js';
import { visit } from '../syntax/visit.js';
import type { TypeTable } from '../types/type-table.js';

/** Matches the text of each statement that names an object. Nearly no rule does. */
const mayNameEntity = /\{\s*["\d+-]/;

/** Makes objects such as `User{"ann"}` in statements constants. It reports a type that is unknown, or has no key by which its objects are equal. */
export function nameEntities(nodes: readonly Node[], types: TypeTable, report: Report): void {
  for (const node of nodes) {
    if (!mayNameEntity.test(textOf(node.span))) continue;
    visit(node, {
      variable({ name, entity, span }) {
        if (entity === undefined) return;
        const type = types.find(entity.type);
        if (type === undefined || type.builtIn)
          report.error('POLAR_CHECK_UNKNOWN_CLASS', { name: entity.type, known: types.typeNames }, span);
        else if (type.key?.length !== 1)
          report.error('POLAR_CHECK_ENTITY_KEY', { name, type: type.name, keys: type.key ?? [] }, span);
        else types.nameEntity(name, type, entity.id);
      },
    });
  }
}
