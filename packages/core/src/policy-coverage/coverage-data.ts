/** A part of a policy, with the number of times that checks have reached it. */
export interface CoveredPlace {
  readonly file: string;
  /** The range in the text of the file: 0-based offsets, `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** The number of times that it held. */
  readonly held: number;
  /** The number of times that it was tried and did not hold, because it was false or undecided. */
  readonly failed: number;
}

/** A role that an actor had in a check. */
export interface CoveredRole {
  /** The type of the resource. */
  readonly type: string;
  readonly name: string;
  readonly held: number;
}

/** The parts of a policy that checks have reached. Plain data, which `JSON.stringify` writes. */
export interface CoverageData {
  readonly rules: readonly CoveredPlace[];
  readonly conditions: readonly CoveredPlace[];
  readonly alternatives: readonly CoveredPlace[];
  readonly roles: readonly CoveredRole[];
  /** The called predicates, each with the number of its arguments: `has_role/3`. */
  readonly calls: readonly string[];
}

/** Returns the sum of some coverages of the same policy. */
export function mergeCoverage(all: readonly CoverageData[]): CoverageData {
  return {
    rules: mergePlaces(all.flatMap(({ rules }) => rules)),
    conditions: mergePlaces(all.flatMap(({ conditions }) => conditions)),
    alternatives: mergePlaces(all.flatMap(({ alternatives }) => alternatives)),
    roles: mergeRoles(all.flatMap(({ roles }) => roles)),
    calls: [...new Set(all.flatMap(({ calls }) => calls))],
  };
}

function mergePlaces(places: readonly CoveredPlace[]): readonly CoveredPlace[] {
  const merged = new Map<string, CoveredPlace>();
  for (const place of places) {
    const key = `${place.start}-${place.end} ${place.file}`;
    const { held, failed } = merged.get(key) ?? { held: 0, failed: 0 };
    merged.set(key, { ...place, held: held + place.held, failed: failed + place.failed });
  }
  return [...merged.values()];
}

function mergeRoles(roles: readonly CoveredRole[]): readonly CoveredRole[] {
  const merged = new Map<string, CoveredRole>();
  for (const role of roles) {
    const key = `${role.type} ${role.name}`;
    merged.set(key, { ...role, held: role.held + (merged.get(key)?.held ?? 0) });
  }
  return [...merged.values()];
}
