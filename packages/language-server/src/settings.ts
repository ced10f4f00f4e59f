/** The settings of a client, under `nanook`, or as its initialization options. */
export interface Settings {
  /**
   * Whether the server may run the configuration, which is code of the workspace. Without it, types are those that the policies name. The default
   * is `false`.
   */
  readonly isTrusted: boolean;
  /** The seconds after which a configuration that is still running is ended. The default is 10. */
  readonly configTimeLimit: number;
  /** Whether inferred types of variables are shown. The default is `false`. */
  readonly inlayHints: boolean;
  /** Whether blocks, rules and tests have numbers and commands above them. The default is `true`. */
  readonly codeLenses: boolean;
  /** Whether tests and inline queries are checked, which calls code of the application. The default is `true`. */
  readonly checkTests: boolean;
}

export const defaultSettings: Settings = {
  isTrusted: false,
  configTimeLimit: 10,
  inlayHints: false,
  codeLenses: true,
  checkTests: true,
};

/** Returns settings with those of a client. It ignores a setting of another type. */
export function withSettings(settings: Settings, given: unknown): Settings {
  if (typeof given !== 'object' || given === null) return settings;
  const known = Object.entries(given).filter(
    ([name, value]) => typeof value === typeof settings[name as keyof Settings],
  );
  return { ...settings, ...Object.fromEntries(known) };
}
