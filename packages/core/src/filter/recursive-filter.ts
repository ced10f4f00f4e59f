import { all, any, exists, noRows, type RowFilter } from './row-filter.js';

/** Thrown for a recursion in which a row needs two rows that were found before, or a row that was not found. */
export class NotLinear {}

/** Returns the rows of a recursion that need no row found before. */
export function baseOf(body: RowFilter): RowFilter {
  switch (body.kind) {
    case 'found-before':
      return noRows;
    case 'and':
      return all(...body.parts.map(baseOf));
    case 'or':
      return any(...body.parts.map(baseOf));
    case 'exists':
      return exists(body.step, baseOf(body.where));
    case 'none':
      rejectMember(body.where);
      return body;
    default:
      return body;
  }
}

/** Returns the rows of a recursion that a row found before leads to. @throws {NotLinear} */
export function stepOf(body: RowFilter): RowFilter {
  if (!usesMember(body)) return noRows;
  switch (body.kind) {
    case 'and': {
      if (body.parts.filter(usesMember).length > 1) throw new NotLinear();
      return all(...body.parts.map((part) => (usesMember(part) ? stepOf(part) : part)));
    }
    case 'or':
      return any(...body.parts.map(stepOf));
    case 'exists':
      return exists(body.step, stepOf(body.where));
    default:
      return body;
  }
}

function rejectMember(filter: RowFilter): void {
  if (usesMember(filter)) throw new NotLinear();
}

function usesMember(filter: RowFilter): boolean {
  switch (filter.kind) {
    case 'found-before':
      return true;
    case 'and':
    case 'or':
      return filter.parts.some(usesMember);
    case 'exists':
    case 'none':
      return usesMember(filter.where);
    default:
      return false;
  }
}
