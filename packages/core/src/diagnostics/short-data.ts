import { nearNames } from '../internal/near-names.js';

const maxKnown = 20;

/** The data of a diagnostic with at most 20 known names, the nearest ones: a policy may know thousands, and logs print them all. */
export function shortData<Data extends object>(data: Data): Data {
  const { known } = data as { readonly known?: unknown };
  if (!Array.isArray(known) || known.length <= maxKnown) return data;
  const { name, field, wanted } = data as Readonly<Record<string, unknown>>;
  const asked = [field, wanted, name].find((value) => typeof value === 'string');
  return {
    ...data,
    known: asked === undefined ? known.slice(0, maxKnown) : nearNames(asked, known, maxKnown),
  };
}
