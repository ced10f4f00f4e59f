/** Decisions change with the policy and the data, so no cache may keep an answer. */
const common = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/** The texts of responses, so that Node does not read them from a stream. */
const texts = new WeakMap<Response, string>();

const withText = (text: string, init: ResponseInit): Response => {
  const response = new Response(text, init);
  texts.set(response, text);
  return response;
};

/** Returns the body of a response. */
export const bodyTextOf = (response: Response): string | Promise<string> =>
  texts.get(response) ?? response.text();

export const jsonResponse = (body: object): Response =>
  withText(JSON.stringify(body), { headers: { ...common, 'Content-Type': 'application/json' } });

export const textResponse = (
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response => {
  const all = new Headers({ ...common, 'Content-Type': 'text/plain; charset=utf-8' });
  // One by one, because the names in an object that differ only in case would become two values of one header.
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return withText(text, { status, headers: all });
};
