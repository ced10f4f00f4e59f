import type { RequestAuthorization } from '@nanook/http';
import { pickFields } from './pick-fields.js';
import { copyWith } from './result-path.js';
import type { FieldsRequirement } from './result-requirements.js';
import { withType } from './row-type.js';

/** The requirements for the resources at one path of a result, and at the paths below it. */
interface MaskedPath {
  readonly requirements: FieldsRequirement[];
  readonly inner: Map<string, MaskedPath>;
}

/** The errors for a result that does not have the resources. */
interface MaskErrors {
  /** @throws an error for a value that is not a resource */
  checkResource(value: unknown): void;
  /** Returns the error for a result without the field. */
  missing(field: string): Error;
}

/**
 * Removes from the resources in a result the fields on which the actor may not perform the action. The resources of inner paths are checked
 * as the handler returned them, whether or not the field that contains them is kept. Changed objects are copied.
 */
export async function maskFields(
  authz: RequestAuthorization,
  result: unknown,
  requirements: readonly (readonly [path: readonly string[], requirement: FieldsRequirement])[],
  errors: MaskErrors,
): Promise<unknown> {
  const root = pathNode();
  for (const [path, requirement] of requirements) nodeAt(root, path).requirements.push(requirement);
  return mask(authz, result, root, errors);
}

const pathNode = (): MaskedPath => ({ requirements: [], inner: new Map() });

function nodeAt(root: MaskedPath, path: readonly string[]): MaskedPath {
  let node = root;
  for (const field of path) {
    let inner = node.inner.get(field);
    if (inner === undefined) node.inner.set(field, (inner = pathNode()));
    node = inner;
  }
  return node;
}

async function mask(
  authz: RequestAuthorization,
  given: unknown,
  node: MaskedPath,
  errors: MaskErrors,
): Promise<unknown> {
  const value = await given;
  if (Array.isArray(value)) return Promise.all(value.map((element) => mask(authz, element, node, errors)));
  if (value === null || value === undefined) return value;
  const inner = await Promise.all(
    [...node.inner].map(async ([field, innerNode]) => {
      if (typeof value !== 'object' || !(field in value)) throw errors.missing(field);
      const before = (value as Record<string, unknown>)[field];
      const after = await mask(authz, before, innerNode, errors);
      return { field, after, isChanged: after !== before };
    }),
  );
  let masked: unknown = value;
  if (node.requirements.length > 0) {
    errors.checkResource(value);
    for (const { type } of node.requirements) if (type !== undefined) withType(authz, () => type, value);
    masked = await pickFields(
      authz,
      node.requirements.map(({ action }) => action),
      value as object,
    );
  }
  const isKept = (field: string): boolean =>
    node.requirements.length === 0 || Object.hasOwn(masked as object, field);
  for (const { field, after, isChanged } of inner)
    if (isChanged && isKept(field)) masked = copyWith(masked as object, field, after);
  return masked;
}
