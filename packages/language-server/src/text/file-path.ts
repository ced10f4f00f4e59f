import { fileURLToPath } from 'node:url';

/** Returns the path of a URI; undefined for one that is not a local file, such as `untitled:a` or `file://host/a`. */
export function filePath(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}
