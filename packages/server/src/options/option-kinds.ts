import { scopes } from '../callers/caller.js';
import { isRecord, type OptionKind } from '../errors/check-options.js';

export const anAuthorizer: OptionKind = {
  expected: 'an Authorizer of @nanook/core',
  accepts: (value) => isRecord(value) && typeof value['pinned'] === 'function',
};
export const aFollower: OptionKind = {
  expected: 'a follower of @nanook/policies, with `status`',
  accepts: (value) => isRecord(value) && isRecord(value['status']),
};
export const aLog: OptionKind = {
  expected: 'a decision log of @nanook/log, with `status`',
  accepts: (value) => isRecord(value) && Array.isArray(value['status']),
};
export const aSecret: OptionKind = {
  expected: 'a secret of at least 16 characters',
  accepts: (value) => typeof value === 'string' && value.length >= 16,
};
export const aPath: OptionKind = {
  expected: "a path such as '/authz', or '' for the root",
  accepts: (value) => typeof value === 'string' && /^(\/[^/?#]+)*$/.test(value),
};
export const scopeList: OptionKind = {
  expected: `a list of scopes: ${scopes.join(', ')}`,
  accepts: (value) => Array.isArray(value) && value.every((scope) => scopes.includes(scope as never)),
};
export const aHash: OptionKind = {
  expected: 'the SHA-256 hash of a key, as 64 hexadecimal digits',
  accepts: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value),
};
export const aList: OptionKind = { expected: 'a list', accepts: Array.isArray };
