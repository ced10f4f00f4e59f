import type { Library } from '../library.ts';
import type { Cell, Results } from '../results.ts';
import type { Scenario } from '../scenario.ts';
import type { Shape } from '../shape.ts';

/** A library with the data that it gets. */
export interface Series {
  readonly shape: Shape;
  readonly library: Library;
}

export const seriesOf = (shape: Shape, ...libraries: readonly Library[]): Series[] =>
  libraries.map((library) => ({ shape, library }));

export const cellsOf = ({ cells }: Results, { id }: Scenario): Cell[] =>
  cells.filter((cell) => cell.scenario === id);

export const findCell = (cells: readonly Cell[], { shape, library }: Series): Cell | undefined =>
  cells.find((cell) => cell.shape === shape && cell.library === library);

/** Groups the cells of a scenario by size. */
export function bySize(cells: readonly Cell[]): Map<number, Cell[]> {
  const groups = new Map<number, Cell[]>();
  for (const cell of cells) {
    const group = groups.get(cell.size);
    if (group === undefined) groups.set(cell.size, [cell]);
    else group.push(cell);
  }
  return groups;
}

export const labelOf = ({ id, size: sizes }: Scenario, size: number): string =>
  sizes === undefined || sizes.of.length === 1
    ? id
    : `${id}, ${sizes.name} = ${size.toLocaleString('en-US')}`;
