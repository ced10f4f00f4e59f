import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { base } from '../docs/addresses.ts';
import { dist } from './built-files.ts';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** A server of the built site. */
export interface SiteServer {
  /** The address of the front page. */
  readonly url: string;
  readonly close: () => void;
}

/** Serves the built site on the loopback interface, as a host of static files does. Port 0 is a free port. */
export function serve(port: number): Promise<SiteServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = pathname.startsWith(base)
      ? fileAt(decodeURIComponent(pathname.slice(base.length)))
      : undefined;
    if (pathname === '/' && base !== '/') response.writeHead(302, { location: base }).end();
    else if (file === undefined)
      response.writeHead(404, { 'content-type': types['.html'] }).end(readFileSync(`${dist}404.html`));
    else
      response
        .writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
        .end(readFileSync(file));
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('the server has no port');
      resolve({
        url: `http://127.0.0.1:${address.port}${base}`,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}

/** Returns the file of a path, which never leaves the folder of the site: URLs contain no `..` after they are parsed. */
function fileAt(path: string): string | undefined {
  if (path.split(/[/\\]/).includes('..')) return undefined;
  const file = dist + (path === '' || path.endsWith('/') ? `${path}index.html` : path);
  return existsSync(file) && statSync(file).isFile() ? file : undefined;
}
