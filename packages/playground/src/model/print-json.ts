const width = 90;

/** Returns JSON in which a list or an object that fits on a line is one line. The text ends with a line break. */
export const printJson = (value: unknown): string => `${print(value, '', 0)}\n`;

/** @param taken the number of characters before the value on its line */
function print(value: unknown, indent: string, taken: number): string {
  const short = shortText(value);
  if (taken + short.length <= width && !(indent === '' && isFilled(value))) return short;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => inner + print(item, inner, inner.length + 1));
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return short;
  const fields = Object.entries(value).map(([key, field]) => {
    const start = `${inner}${JSON.stringify(key)}: `;
    return start + print(field, inner, start.length + 1);
  });
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

/** The outermost object has a line for each field, so that a person can add one. */
const isFilled = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

function shortText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shortText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}: ${shortText(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
