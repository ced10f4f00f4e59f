/** A configuration of `launch.json`. Without that file, the editor passes one without a type. */
export interface DebugConfiguration {
  readonly type?: string;
  readonly request?: string;
  readonly name?: string;
  readonly query?: string;
  readonly cwd?: string;
}

/** Whether the editor has no configuration, so that the user is asked for a query. */
export const isEmpty = ({ type, request }: DebugConfiguration): boolean => !type && !request;

/** Returns the configuration of a query that the user has entered. */
export const queryConfiguration = (query: string) =>
  ({ type: 'nanook', request: 'launch', name: query, query }) as const;

/** Returns a configuration with its folder. @param folder the folder of the project that is open */
export const withFolder = <Configuration extends DebugConfiguration>(
  configuration: Configuration,
  folder: string,
): Configuration & { readonly cwd: string } => ({ ...configuration, cwd: configuration.cwd ?? folder });

/** The arguments of `nanook` that serve an editor as a debug adapter. */
export const debugAdapterArguments = ['debug', '--dap'] as const;
