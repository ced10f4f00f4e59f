/** The exit codes of the command. */
export const ExitCode = { fine: 0, findings: 1, wrongUsage: 2 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
