/** An answer to a request. Each platform sends it in its own way. */
export interface Answer {
  readonly status: number;
  /** The headers by their names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Decisions change with the policy and the data, so no cache may keep an answer. */
const common = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
// Many answers share it.
const json = Object.freeze({ ...common, 'content-type': 'application/json' });

export const jsonAnswer = (body: object, headers?: Answer['headers']): Answer => ({
  status: 200,
  headers: headers === undefined ? json : { ...json, ...headers },
  text: JSON.stringify(body),
});

export const textAnswer = (
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: {
    ...common,
    'content-type': 'text/plain; charset=utf-8',
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  },
  text,
});
