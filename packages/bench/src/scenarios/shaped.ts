// Gives the data and the types of a scenario another shape.
import type { TypesInput } from '@nanook/core';
import { caslTag } from '../libraries/casl.ts';
import { importNanook, type NanookSetup } from '../libraries/nanook.ts';
import type { Check, Library } from '../library.ts';
import type { Mix } from '../mix.ts';
import type { RowMaker, RowTags, RowType, Scenario, World } from '../scenario.ts';
import { isRowShape, type RowShape, type Shape, type Tag } from '../shape.ts';

/** Returns whether a scenario is measured with a shape. */
export function hasShape({ rows, grants, shapes }: Scenario, shape: Shape): boolean {
  if (shapes !== undefined) return shapes.includes(shape);
  if (shape === 'instances') return true;
  return (shape === 'grants' ? grants : rows) !== undefined;
}

/** Returns whether a scenario is measured with a shape at a size. */
export const hasShapeAt = ({ rows, rowSizes }: Scenario, shape: Shape, size: number): boolean =>
  shape === 'instances' ||
  ((rowSizes === undefined || rowSizes.includes(size)) &&
    !(shape === 'new' && size >= (rows?.tooLargeToRenew ?? Infinity)));

/** Returns the policy of a scenario with the types of a shape. */
export function setupOf(scenario: Scenario, shape: Shape, world: World): NanookSetup {
  const setup = scenario.nanook(world);
  if (shape === 'instances') return setup;
  const { declared: _, ...others } = setup;
  if (isRowShape(shape)) return { ...others, types: rowTypes(scenario.rows!.types(world), shape) };
  const { type, fields } = scenario.grants!;
  return { ...others, types: { ...setup.declared, [type]: { fields } } };
}

function rowTypes(declared: Readonly<Record<string, RowType>>, shape: RowShape): TypesInput {
  const types: Record<string, TypesInput[string]> = {};
  for (const [name, { fields, ...identity }] of Object.entries(declared)) {
    if (shape === 'fields') types[name] = { ...identity, fields };
    else if (identity.class !== undefined) types[name] = identity;
    else if (identity.key !== undefined)
      types[name] = shape === 'discriminator' ? { ...identity, discriminator: { kind: name } } : identity;
  }
  return types;
}

const untagged: Tag = (_type, row) => row;

async function tagsFor(library: Library, shape: RowShape): Promise<RowTags> {
  const none = { tag: untagged, target: untagged, nested: untagged };
  if (library === 'hand' || shape === 'discriminator') return none;
  if (library === 'casl' || library === 'casl-request') {
    return { ...none, tag: await caslTag() };
  }
  const { typed } = await importNanook();
  return { tag: typed, target: typed, nested: shape === 'fields' ? untagged : typed };
}

export interface Shaped {
  readonly check: Check;
  readonly mix: Mix;
}

/** Returns the checks with the objects of a shape. With the shape `new`, each check makes its rows. */
export async function shaped(
  scenario: Scenario,
  library: Library,
  shape: Shape,
  world: World,
  check: Check,
): Promise<Shaped> {
  const { mix } = world;
  if (!isRowShape(shape)) return { check, mix };
  const { rows } = scenario;
  const { actor, resource } = rows!.make(await tagsFor(library, shape));
  if (shape !== 'new') return { check, mix: convert(mix, actor, resource) };
  if (rows!.keepsActor)
    return {
      check: (user, action, instance) => check(user, action, resource(instance)),
      mix: convert(mix, actor, (instance) => instance),
    };
  return { check: (user, action, instance) => check(actor(user), action, resource(instance)), mix };
}

/** Makes one row of each object. */
function convert(mix: Mix, actor: RowMaker['actor'], resource: RowMaker['resource']): Mix {
  const once = (make: (instance: object) => object) => {
    const made = new Map<unknown, object>();
    return (instance: unknown) => {
      let row = made.get(instance);
      if (row === undefined) made.set(instance, (row = make(instance as object)));
      return row;
    };
  };
  return { ...mix, actors: mix.actors.map(once(actor)), resources: mix.resources.map(once(resource)) };
}

/** Replaces the grants of the world, which are instances, by plain objects. */
export function makeGrantsPlain(scenario: Scenario, world: World): void {
  for (const list of scenario.grants!.lists(world)) list.forEach((grant, i) => (list[i] = { ...grant }));
}
