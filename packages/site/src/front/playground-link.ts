import { deflateRawSync } from 'node:zlib';
import { rows, types, users } from './model.ts';

/** Returns the part of an address that opens this policy in the playground with the data of the front page, and asks for Bob. */
export function playgroundFragment(policy: string): string {
  const fixtures = Object.fromEntries([
    ...users.map((user) => [user.name, { $type: 'User', ...user }]),
    ...rows.map((row) => [`note${row.id}`, { $type: 'Note', ...row }]),
  ]);
  const project = {
    policies: [['policy.polar', policy]],
    types: JSON.stringify(types, undefined, 2),
    data: JSON.stringify(fixtures, undefined, 2),
    question: ['bob', 'read', 'note7'],
  };
  return `project=${deflateRawSync(JSON.stringify(project)).toString('base64url')}`;
}
