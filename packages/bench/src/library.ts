/** A question, ready to be asked again and again. */
// The scenarios differ in their classes; the code that runs and times them does not depend on them.
// oxlint-disable-next-line typescript/no-explicit-any
export type Check = (actor: any, action: string, resource: any) => boolean | Promise<boolean>;

/** Libraries that a scenario writes an adapter for. */
export const peers = ['oso', 'casl', 'casl-request', 'casbin', 'cedar', 'accesscontrol'] as const;
export type Peer = (typeof peers)[number];

/** Ways to run Nanook: as it comes, with declared field types, compiled ahead, and with an engine that is asked for. */
export const nanookVariants = [
  'nanook',
  'nanook-declared',
  'nanook-ahead',
  'nanook-closures',
  'nanook-machine',
] as const;
export type NanookVariant = (typeof nanookVariants)[number];

export const libraries = ['hand', ...nanookVariants, ...peers] as const;
export type Library = (typeof libraries)[number];

export const isPeer = (library: Library): library is Peer => (peers as readonly string[]).includes(library);
