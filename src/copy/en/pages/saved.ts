/** The list of saved papers. */
export const SAVED_COPY = {
  title: 'Saved papers',
  removed: (title: string) => `Removed: ${title}.`,
  empty: 'You haven’t saved any papers yet. There is a Save link under every paper in your digest.',
  count: (count: number) =>
    count === 1 ? 'One paper.' : `${count} papers, most recently saved first.`,
  savedOn: (day: string) => `Saved on ${day}`,
  remove: 'Remove',
  removePaper: (title: string) => `Remove: ${title}`,
} as const;
