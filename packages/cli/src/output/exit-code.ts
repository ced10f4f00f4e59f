/** The exit codes of the command. The last one is the usual code after Ctrl+C (128 + 2). */
export const ExitCode = { fine: 0, findings: 1, wrongUsage: 2, interrupted: 130 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
