/**
 * Returns whether Prisma sends a number as another one, or not at all. It sends infinity as NULL, and rounds whole numbers of more than 64
 * bits. Prisma 6 also rounds fractions to 16 digits: it sends 0.30000000000000004 as 0.3.
 */
export function isSentWrong(value: number, client: object): boolean {
  if (Number.isInteger(value)) return Math.abs(value) > 2 ** 63 && Number(value.toPrecision(15)) !== value;
  if (!Number.isFinite(value)) return true;
  return !sendsAllDigits(client) && Number(value.toPrecision(16)) !== value;
}

/** A client without a version may be an old one. */
function sendsAllDigits(client: object): boolean {
  const { _clientVersion: version = '' } = client as { readonly _clientVersion?: string };
  return Number.parseInt(version, 10) >= 7;
}
