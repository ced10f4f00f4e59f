/** Returns the comment in the lines directly above an offset, without its `#`; undefined if there is none. */
export function commentAbove(text: string, offset: number): string | undefined {
  const lines = text.slice(0, text.lastIndexOf('\n', offset - 1) + 1).split('\n');
  lines.pop();
  const found: string[] = [];
  for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
    const comment = /^\s*#+ ?(.*?)\s*$/.exec(line);
    if (comment === null) break;
    found.unshift(comment[1]!);
  }
  return found.length === 0 ? undefined : found.join('\n');
}
