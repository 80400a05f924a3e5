/** The pages behind the links under a paper: rate it, save it, mute its topic. */
export const FEEDBACK_COPY = {
  verbs: {
    more: {
      title: 'More like this',
      button: 'More like this',
      undo: 'Undo “More like this”',
      promise: 'Papers like this one will rank higher in your digests.',
      done: (terms: string) => `${papersWith(terms)} will rank higher in your digests.`,
    },
    less: {
      title: 'Less like this',
      button: 'Less like this',
      undo: 'Undo “Less like this”',
      promise: 'Papers like this one will rank lower in your digests.',
      done: (terms: string) => `${papersWith(terms)} will rank lower in your digests.`,
    },
    save: {
      title: 'Saved',
      button: 'Save this paper',
      undo: 'Remove from saved papers',
      promise: 'It stays on your list of saved papers until you remove it.',
      done: (terms: string) =>
        `It stays on your list of saved papers until you remove it. ${papersWith(terms)} will rank higher in your digests.`,
    },
  },
  undo: 'Undo',
  redo: 'Do it again',
  undone: { title: 'Undone', sentence: 'Your feedback on this paper has been removed.' },
  /** A button's accessible name: what it does, and to which paper or topic. */
  labelFor: (action: string, subject: string) => `${action}: ${subject}`,
  moreOptions: 'More options for this paper',
  options: {
    title: 'What do you think of this paper?',
    sentence: 'You can undo each of these at any time.',
  },
  mute: {
    button: (topic: string) => `Mute ${topic}`,
    undo: (topic: string) => `Unmute ${topic}`,
    redo: 'Mute it again',
    promise: (topic: string) =>
      `You won’t get papers on ${topic} any more, however much they are discussed. You’ll still get papers that match your keywords or names.`,
    muted: {
      title: (topic: string) => `${topic} is muted`,
      sentence: 'You’ll get its papers only when they match your keywords or names.',
      unfollowed: 'You no longer follow it.',
    },
    undone: (topic: string) => `You may get papers on ${topic} again.`,
  },
  notInDigest: (paperId: string) =>
    `The digest that this link came from has no paper “${paperId}”.`,
} as const;

function papersWith(terms: string): string {
  return terms === '' ? 'Papers like this one' : `Papers that mention ${terms}`;
}
