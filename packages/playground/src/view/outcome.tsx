import { signs, type CheckOutcome } from '../model/decide.js';

/** The sign of an outcome, which is never a color alone. */
export const Outcome = ({ outcome }: { readonly outcome: CheckOutcome }) => (
  <span class={`outcome ${outcome}`}>
    <span aria-hidden="true">{signs[outcome]}</span> {outcome}
  </span>
);
