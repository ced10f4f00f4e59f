import { isIP } from 'node:net';
import { DebugError } from '../debug/debug-error.js';

/** An address of this computer that no other computer reaches. */
export interface LoopbackAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads the variable `NANOOK_INSPECT`: `[host:]port`. Without a host, it is `127.0.0.1`.
 *
 * @throws {DebugError} `NANOOK_DEBUG_ADDRESS` for another text, and for an address that other computers reach
 */
export function readInspectAddress(text: string): LoopbackAddress {
  const [, host = '127.0.0.1', digits = ''] = /^(?:(.*):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535)
    throw new DebugError(
      'NANOOK_DEBUG_ADDRESS',
      `NANOOK_INSPECT must be a port, or a loopback address with a port such as 127.0.0.1:9230; got ${JSON.stringify(text)}`,
    );
  // The name could resolve to another address.
  const address = host === 'localhost' ? '127.0.0.1' : host.replace(/^\[(.*)\]$/, '$1');
  if (!isLoopback(address))
    throw new DebugError(
      'NANOOK_DEBUG_ADDRESS',
      `NANOOK_INSPECT must name a loopback address such as 127.0.0.1, because a debugger reads the data of the process; got ${JSON.stringify(host)}`,
    );
  return { host: address, port };
}

const isLoopback = (address: string): boolean =>
  (isIP(address) === 4 && address.startsWith('127.')) || address === '::1';
