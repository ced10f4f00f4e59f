import { expectTypeOf, test } from 'vitest';
import type { Authorizer, Bindings } from './index.js';

declare const authorizer: Authorizer;
interface Repo {
  id: number;
}
declare const repo: Repo;
declare const pending: Promise<Repo>;

test('resources keep their type, enumerations are sets of names', () => {
  expectTypeOf(authorizer.authorize({}, 'read', repo)).resolves.toEqualTypeOf<Repo>();
  expectTypeOf(authorizer.authorize({}, 'read', pending)).resolves.toEqualTypeOf<Repo>();
  expectTypeOf(authorizer.isAllowed({}, 'read', repo)).resolves.toEqualTypeOf<boolean>();
  expectTypeOf(authorizer.isAllowedSync({}, 'read', repo)).toEqualTypeOf<boolean>();
  expectTypeOf(authorizer.authorizedActions({}, repo)).resolves.toEqualTypeOf<Set<string>>();
  expectTypeOf(authorizer.authorizedFields({}, 'read', repo)).resolves.toEqualTypeOf<Set<string>>();
  expectTypeOf(authorizer.query('f(x)')).toEqualTypeOf<AsyncGenerator<Bindings, void, undefined>>();
  expectTypeOf(authorizer.as(repo).actor).toEqualTypeOf<Repo>();
});
