import type { Library } from './library.ts';

/**
 * The kinds of objects that an application passes to a check:
 *
 * - `instances`: instances of classes.
 * - `grants`: instances of classes with declared fields, whose grants are plain objects.
 * - `typed`: plain rows, tagged with `typed`, nested ones too.
 * - `new`: the same, and each check makes its rows new, as each web request does.
 * - `discriminator`: plain rows with a field that names the type.
 * - `fields`: plain rows with declared fields. Only the actor, the resource and the target of a grant are tagged.
 */
export const shapes = ['typed', 'new', 'discriminator', 'fields', 'grants', 'instances'] as const;
export type Shape = (typeof shapes)[number];
export type RowShape = Exclude<Shape, 'instances' | 'grants'>;

export const isRowShape = (shape: Shape): shape is RowShape => shape !== 'instances' && shape !== 'grants';

/** The libraries that are measured with a shape; all of them with instances. Other libraries do not depend on the shape. */
const measured: Readonly<Record<Exclude<Shape, 'instances'>, readonly Library[]>> = {
  typed: ['hand', 'nanook', 'nanook-hook', 'nanook-ahead', 'nanook-singles', 'casl', 'casl-request'],
  new: ['hand', 'nanook', 'nanook-hook', 'casl-request'],
  discriminator: ['hand', 'nanook', 'casl'],
  fields: ['hand', 'nanook'],
  grants: ['hand', 'nanook'],
};

export const isMeasuredWith = (library: Library, shape: Shape): boolean =>
  shape === 'instances' || measured[shape].includes(library);

/** Gives a row its type. */
export type Tag = <T extends object>(type: string, row: T) => T;
