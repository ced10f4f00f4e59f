/** The actions that the actor may perform on some resources, as the server answers and as `permissionsOf` of `@nanook/http` returns them. */
export interface Permissions {
  /** Identifies the actor and the policy. Answers with different keys are never mixed. */
  readonly key: string;
  readonly answers: readonly {
    readonly type: string;
    readonly id?: string | undefined;
    readonly actions: readonly string[];
  }[];
}
