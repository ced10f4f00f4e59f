import type { AbilityBuilder, MongoAbility } from '@casl/ability';

/** Declares the abilities of a user, as the policy does. */
export function abilities(
  can: AbilityBuilder<MongoAbility>['can'],
  user: { readonly id: number; readonly teamId: number },
): void {
  // shown: start
  can('read', 'Note', { ownerId: user.id });
  can('read', 'Note', { teamId: user.teamId, isShared: true });
  // shown: end
}
