import type { PolicyDialect, TypesInput } from '@nanook/core';

/** The parts of an application that its policies name. */
export interface WorkspaceSettings {
  /** The types of the application; undefined: the types that the policies name. */
  readonly types?: TypesInput | undefined;
  readonly constants?: Readonly<Record<string, unknown>>;
  /** The rules that the application queries itself. */
  readonly queries?: readonly string[];
  /** The meaning of the policies. */
  readonly dialect?: PolicyDialect | undefined;
  /** The names of the fixtures, with the names of their types. */
  readonly fixtures?: Readonly<Record<string, string | undefined>>;
}

type Undefinable = 'types' | 'dialect';

export type CompleteSettings = Required<Omit<WorkspaceSettings, Undefinable>> &
  Pick<WorkspaceSettings, Undefinable>;

export const completeSettings = (settings: WorkspaceSettings): CompleteSettings => ({
  types: settings.types,
  constants: settings.constants ?? {},
  queries: settings.queries ?? [],
  dialect: settings.dialect,
  fixtures: settings.fixtures ?? {},
});
