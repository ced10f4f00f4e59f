/** A function that makes one check with a library. */
// The scenarios differ in their classes; the code that runs and times them does not depend on them.
// oxlint-disable-next-line typescript/no-explicit-any
export type Check = (actor: any, action: string, resource: any) => boolean | Promise<boolean>;

/** The libraries for which each scenario has an adapter. */
export const peers = ['oso', 'casl', 'casl-request', 'casbin', 'cedar', 'accesscontrol'] as const;
export type Peer = (typeof peers)[number];

/**
 * The variants of Nanook: with default options, an audit hook, declared fields, compiled ahead of time, a chosen engine, and single
 * checks instead of an enumeration.
 */
export const nanookVariants = [
  'nanook',
  'nanook-hook',
  'nanook-declared',
  'nanook-ahead',
  'nanook-closures',
  'nanook-machine',
  'nanook-singles',
] as const;
export type NanookVariant = (typeof nanookVariants)[number];

export const libraries = ['hand', ...nanookVariants, ...peers] as const;
export type Library = (typeof libraries)[number];

export const isPeer = (library: Library): library is Peer => (peers as readonly string[]).includes(library);
