/** Returns the types that differ between two signatures, with the reason. */
export function differencesOf(
  expected: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
): readonly string[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
  return names.flatMap((name) => {
    if (expected[name] === found[name]) return [];
    if (expected[name] === undefined) return [`${name} is new in the application`];
    if (found[name] === undefined) return [`${name} is missing in the application`];
    return [`${name} differs`];
  });
}
