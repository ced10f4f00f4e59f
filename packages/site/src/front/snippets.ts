/** Returns the lines of a source between the comments `shown: start` and `shown: end`, or those of another part, without their indentation. */
export function snippet(source: string, part = 'shown'): string {
  const match = new RegExp(`// ${part}: start\n([\\s\\S]*?)\\n *// ${part}: end`).exec(source);
  if (match === null)
    throw new Error(`expected a part between "// ${part}: start" and "// ${part}: end", found none`);
  const lines = match[1]!.split('\n');
  const indentation = Math.min(
    ...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)),
  );
  return lines.map((line) => line.slice(indentation)).join('\n');
}
