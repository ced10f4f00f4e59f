/** The rules that a check can query, with their numbers of parameters. */
export const entryArities = { allow: 3, allow_field: 4, allow_request: 2 } as const;
export type EntryName = keyof typeof entryArities;
