/** Browsers round their clock to 0.1 ms, so that one check has no duration. Together, the measured checks take this time. */
const measuredMs = 4;
const maxChecks = 200;

/** Returns the duration of a check in milliseconds: the average of several. The check must have succeeded before. */
export async function decisionTime(check: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let checks = 1; ; checks++) {
    await check();
    const spent = performance.now() - start;
    if (spent >= measuredMs || checks === maxChecks) return spent / checks;
  }
}

/** Returns a duration with two digits: `0.042`, `0.42`, `4.2`, `42`. */
export const durationText = (ms: number): string =>
  ms >= 10 ? String(Math.round(ms)) : String(Number(ms.toPrecision(2)));
