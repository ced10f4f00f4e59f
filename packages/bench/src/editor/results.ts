import type { Machine } from '../machine.ts';

export const editKinds = ['rule', 'comment', 'field', 'role'] as const;
/** The part that the keys change: a new rule, a comment, the name of a field in a rule, or the name of a role in a block. */
export type EditKind = (typeof editKinds)[number];

/** The times from a key to the findings of all files, in milliseconds. */
export interface EditCell {
  readonly kind: EditKind;
  readonly keys: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface EditorResults {
  readonly at: string;
  readonly quick: boolean;
  /** Whether the times are processor time. */
  readonly cpu: boolean;
  readonly machine: Machine;
  readonly build?: string;
  readonly load: readonly [number, number];
  readonly lines: number;
  readonly files: number;
  readonly types: number;
  /** The keys whose findings were those of a fresh check. */
  readonly verified: number;
  readonly firstMs: number;
  readonly cells: readonly EditCell[];
  readonly all: Omit<EditCell, 'kind'>;
  /** The heap after all keys, without garbage. */
  readonly heapMb: number;
}
