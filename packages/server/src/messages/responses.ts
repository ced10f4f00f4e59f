/** Decisions change with the policy and the data, so no cache may keep an answer. */
const common = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

export const jsonResponse = (body: object): Response =>
  new Response(JSON.stringify(body), {
    headers: { ...common, 'Content-Type': 'application/json' },
  });

export const textResponse = (
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response => {
  const all = new Headers({ ...common, 'Content-Type': 'text/plain; charset=utf-8' });
  // One by one, because the names in an object that differ only in case would become two values of one header.
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return new Response(text, { status, headers: all });
};
