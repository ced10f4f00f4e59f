import { invalidOption } from '../errors/nanook-server-error.js';

/** Reads the address of a server. Only a server on the same machine may have no HTTPS. @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION` */
export function baseUrlOf(option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw invalidOption(option, `must be a URL such as 'https://pdp.example.com', found '${text}'`);
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    throw invalidOption(option, 'must have no query, no fragment and no password');
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !isLocal)
    throw invalidOption(
      option,
      `must begin with https://, found '${text}'; only a server on the same machine may use http://`,
    );
  return url;
}
