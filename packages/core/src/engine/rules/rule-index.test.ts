import { describe, expect, it } from 'vitest';
import { Authorizer, typed } from '../../index.js';

class Doc {}
class Draft extends Doc {}

const policies = `
  allow(_, "read", _: Doc);
  allow(_, "read", _: Draft);
  allow(_, "write", _: Draft);
  allow("root", _, _: Row);
  allow(n: Integer, 1, _) if n > 0;
`;
const load = () =>
  Authorizer.load({ policies, types: { Doc, Draft, Row: {} }, engine: 'machine', onWarning: () => {} });

describe('the index of rules', () => {
  it('finds rules by the class of an instance and by strings', async () => {
    const authorizer = await load();
    const ask = (actor: unknown, action: unknown, resource: unknown) =>
      authorizer.canSync(actor, action as string, resource);
    for (let i = 0; i < 2; i++) {
      expect([ask('a', 'read', new Doc()), ask('a', 'write', new Doc())]).toEqual([true, false]);
      expect([ask('a', 'read', new Draft()), ask('a', 'write', new Draft())]).toEqual([true, true]);
      expect([ask('root', 'x', typed('Row', {})), ask('root', 'x', {})]).toEqual([true, false]);
      expect([ask(1, 1, {}), ask(1, '1', {}), ask('1', 1, {}), ask(0, 1, {})]).toEqual([
        true,
        false,
        false,
        false,
      ]);
      expect([ask('a', 'read', []), ask('a', 'read', Object.create(null))]).toEqual([false, false]);
    }
  });

  it('finds other rules after typed() gives an instance a type', async () => {
    const authorizer = await load();
    const [doc, other] = [new Doc(), new Doc()];
    expect(authorizer.canSync('root', 'x', doc)).toBe(false);
    typed('Row', doc);
    expect(authorizer.canSync('root', 'x', doc)).toBe(true);
    expect(authorizer.canSync('root', 'x', other)).toBe(false);
  });
});
