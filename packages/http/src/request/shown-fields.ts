/**
 * Returns the object whose own fields are the fields of a resource: the resource itself, or the result of its `toJSON()` if that shows none
 * of its own fields. Documents of Mongoose and instances of Sequelize keep their data in an inner object.
 *
 * @internal for adapters
 */
export function shownFields(resource: object): object {
  const { toJSON } = resource as { readonly toJSON?: unknown };
  if (typeof toJSON !== 'function') return resource;
  const shown: unknown = Reflect.apply(toJSON, resource, []);
  if (typeof shown !== 'object' || shown === null) return resource;
  return Object.keys(shown).some((field) => Object.hasOwn(resource, field)) ? resource : shown;
}
