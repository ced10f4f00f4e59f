import type { AuthorizerOptions } from '../authorization/options.js';

export type TestDoubleOptions = Omit<AuthorizerOptions, 'policies'>;

export const allowing = (options: TestDoubleOptions = {}): AuthorizerOptions => ({
  ...silent,
  ...options,
  policies: 'allow(_, _, _); allow_field(_, _, _, _); allow_request(_, _);',
});

export const denying = (options: TestDoubleOptions = {}): AuthorizerOptions => ({
  ...silent,
  ...options,
  policies: 'allow(_, _, _) if false; allow_field(_, _, _, _) if false; allow_request(_, _) if false;',
});

const silent = { onWarning: () => {}, denialWarnings: false };
