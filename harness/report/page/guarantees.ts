/** What the guarantees are called in a page, in their order; GUARANTEES.md has the words. */
export const guarantees: Readonly<Record<string, string>> = {
  G1: 'Atomic reads',
  G2: 'No lost update',
  G3: 'Durable',
  G4: 'Nothing destroyed',
  G5: 'Unknown kept',
  G6: 'Private',
  G7: 'Bounded wait',
  G8: 'Fenced',
  G9: 'In place',
  G10: 'One refresh',
  G11: 'Inside only',
  coverage: 'Enough happened',
};
