type Dependencies = Readonly<Record<string, string>>;
type Manifest = Readonly<Record<string, unknown>>;

const kinds = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

/**
 * Replaces a dependency in the text of a `package.json`, and keeps the order of its members.
 *
 * @param to the name and the range of versions of the new dependency
 * @returns the new text; the same text if the old package is not a dependency
 * @throws {SyntaxError} when the text is not JSON
 */
export function replaceDependency(
  text: string,
  from: string,
  [name, range]: readonly [string, string],
): string {
  const manifest = JSON.parse(text) as Manifest;
  const affected = kinds.filter((kind) => dependenciesOf(manifest, kind)[from] !== undefined);
  if (affected.length === 0) return text;
  const changed = Object.fromEntries(
    Object.entries(manifest).map(([key, value]) => [
      key,
      affected.includes(key)
        ? Object.fromEntries(
            Object.entries(value as Dependencies).map(([dependency, version]) =>
              dependency === from ? [name, range] : [dependency, version],
            ),
          )
        : value,
    ]),
  );
  const indent = /^([\t ]+)"/m.exec(text)?.[1] ?? '  ';
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const end = /\s*$/.exec(text)![0];
  return JSON.stringify(changed, undefined, indent).replaceAll('\n', lineBreak) + end;
}

const dependenciesOf = (manifest: Manifest, kind: string): Dependencies =>
  (manifest[kind] as Dependencies | undefined) ?? {};
