import { AbilityBuilder, createMongoAbility } from '@casl/ability';

export interface User {
  readonly id: number;
  readonly isModerator: boolean;
}

export function abilityOf(user: User) {
  const { can, cannot, build } = new AbilityBuilder(createMongoAbility);
  can('read', 'Post', { published: true });
  can('manage', 'Post', { authorId: user.id });
  if (user.isModerator) can('read', 'Post');
  cannot('delete', 'Post', { published: true });
  return build();
}
