export { followPolicies } from './follow/follow-policies.js';
export type { FollowOptions, PolicyFollower, PolicyStatus } from './follow/policy-follower.js';
export type { CandidateStatus, RollOutOptions } from './follow/policy-loader.js';
export { readPolicies, type ReadPolicies } from './follow/read-policies.js';
export type { AcceptOptions } from './follow/accept-policy.js';
export type { BundleKey } from './bundle/keys.js';
export type { AnnouncedCandidate, Announcement, Fleet, SeenAnnouncement } from './fleet/announcement.js';
export type { AnnounceOptions } from './fleet/announcer.js';
export {
  fleetStatus,
  type FleetProcess,
  type FleetStatus,
  type FleetStatusOptions,
  type ProcessState,
} from './fleet/fleet-status.js';
export { MemorySource } from './source/memory-source.js';
export type { PolicySource, PublishedPolicy, SourceListener } from './source/policy-source.js';
export {
  NanookPoliciesError,
  isNanookPoliciesError,
  type NanookPoliciesErrorCode,
  type NanookPoliciesErrorData,
} from './errors/nanook-policies-error.js';
