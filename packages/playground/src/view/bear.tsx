/** The bear of Nanook, as in the header of the documentation. */
export const Bear = () => (
  <svg class="bear" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <g class="bear-head" stroke-width="1.6">
      <circle cx="8.5" cy="9.5" r="4.2" />
      <circle cx="23.5" cy="9.5" r="4.2" />
      <path d="M16 5c6.6 0 10.5 4.5 10.5 10.7C26.5 22.6 21.7 27.5 16 27.5S5.5 22.6 5.5 15.7C5.5 9.5 9.4 5 16 5z" />
    </g>
    <g class="bear-face">
      <circle cx="11.8" cy="15" r="1.6" />
      <circle cx="20.2" cy="15" r="1.6" />
      <path d="M12.8 20.2c0-1.5 1.5-2.2 3.2-2.2s3.2.7 3.2 2.2c0 1.6-1.9 2.9-3.2 2.9s-3.2-1.3-3.2-2.9z" />
    </g>
  </svg>
);
