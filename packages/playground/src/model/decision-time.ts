/** Browsers round their clock to 0.1 ms, so that one check has no duration. Together, the measured checks take at least this time. */
const measuredMs = 4;
/** The first checks of a page are slower, because its code is not compiled yet. Slow checks are not repeated as often. */
const minChecks = 10;
const maxChecks = 200;
const maxMs = 20;

/** Returns the duration of a check in milliseconds: the average of several. The check must have succeeded before. */
export async function decisionTime(check: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let checks = 1; ; checks++) {
    await check();
    const spent = performance.now() - start;
    const isMeasured = spent >= measuredMs && checks >= minChecks;
    if (isMeasured || checks === maxChecks || spent >= maxMs) return spent / checks;
  }
}

/** Returns a duration with two digits: `0.042`, `0.42`, `4.2`, `42`. */
export const durationText = (ms: number): string =>
  ms >= 10 ? String(Math.round(ms)) : String(Number(ms.toPrecision(2)));
