/** Returns the reason of a denial, for refusals and for the log: it contains no data of the resource. */
export function denialReason(
  kind: 'allow' | 'allow_field' | 'allow_request',
  action: unknown,
  resourceType: string | undefined,
  field: unknown,
  /** The number of fields of a decision about several. */
  fields?: number,
): string {
  if (kind === 'allow_request') return 'no rule of allow_request matched';
  const asked = typeof action === 'string' ? JSON.stringify(action) : 'the action';
  if (kind === 'allow')
    return `no rule for ${asked}${resourceType === undefined ? '' : ` on ${resourceType}`} matched`;
  const of = resourceType === undefined ? '' : ` of ${resourceType}`;
  if (fields !== undefined)
    return `no rule of allow_field for ${asked} on ${fields === 1 ? 'the field' : `any of ${fields} fields`}${of} matched`;
  const on = typeof field === 'string' ? JSON.stringify(field) : 'the field';
  return `no rule of allow_field for ${asked} on ${on}${of} matched`;
}
