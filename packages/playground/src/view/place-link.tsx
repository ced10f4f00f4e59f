import type { ExplainedPlace } from '@nanook/core';

export type ShowPlace = (place: ExplainedPlace, text: string) => void;

/** A button that shows a place of a policy in the editor. */
export const PlaceLink = ({
  place,
  text,
  show,
}: {
  readonly place: ExplainedPlace;
  readonly text: string;
  readonly show: ShowPlace;
}) => (
  <button type="button" class="place" title="show this line" onClick={() => show(place, text)}>
    {place.file ?? 'policy'}:{place.line}
  </button>
);
