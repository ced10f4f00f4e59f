/**
 * Returns the first lines in which two texts differ, as a diff shows them.
 *
 * @param file the name of the file, for the place of the lines
 */
export function firstDifference(file: string, before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const at = now.findIndex((line, i) => line !== old[i]);
  // A line that follows in the other text was only added or removed.
  const isAdded = old.indexOf(now[at + 1] ?? '', at) === at;
  const isRemoved = now.indexOf(old[at + 1] ?? '', at) === at;
  const lines = [
    ...(isAdded || old[at] === undefined ? [] : [`- ${old[at]}`]),
    ...(isRemoved || now[at] === undefined ? [] : [`+ ${now[at]}`]),
  ];
  return [`${file}:${at + 1}`, ...lines].join('\n');
}
