import { describe } from '../internal/descriptions.js';

const maxKnown = 20;

/** The longest text in an error. A name or a string of a policy may have millions of characters, and logs print messages whole. */
const maxText = 1_000;

/** Shortens a text for a message. */
export const shortText = (text: string, max = maxText): string =>
  text.length > max ? `${text.slice(0, max)}…` : text;

/** Returns the data of a diagnostic with its texts shortened. */
export function withShortTexts<Data extends object>(data: Data): Data {
  return Object.values(data).some(isLong)
    ? (Object.fromEntries(Object.entries(data).map(([key, value]) => [key, shortened(value)])) as Data)
    : data;
}

const isLong = (value: unknown): boolean =>
  (typeof value === 'string' && value.length > maxText) || (Array.isArray(value) && value.some(isLongItem));

const isLongItem = (item: unknown): boolean =>
  typeof item === 'object' && item !== null ? Object.values(item).some(isLong) : isLong(item);

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return shortText(value);
  if (!Array.isArray(value)) return value;
  return value.map((item: unknown) =>
    typeof item === 'object' && item !== null ? withShortTexts(item) : shortened(item),
  );
}

/**
 * Returns the data of a diagnostic with at most the 20 nearest known names, because a policy may have thousands, and logs print
 * all.
 */
export function shortData<Data extends object>(data: Data): Data {
  const { known } = data as { readonly known?: unknown };
  if (!Array.isArray(known) || known.length <= maxKnown) return withShortTexts(data);
  const { name, field, expected } = data as Readonly<Record<string, unknown>>;
  const misspelled = [field, expected, name].find((value) => typeof value === 'string');
  return withShortTexts({
    ...data,
    known:
      misspelled === undefined ? known.slice(0, maxKnown) : describe().nearNames(misspelled, known, maxKnown),
  });
}
