/** The pages behind emailed links that export or delete a subscriber's data. */
export const DATA_REQUEST_COPY = {
  export: {
    title: 'Download your data',
    everythingAbout: 'Everything we store about',
    asJson: 'as a JSON file.',
    button: 'Download my data',
  },
  erase: {
    title: 'Delete your data',
    everythingAbout: 'This deletes everything we store about',
    ends: 'and ends your subscription.',
    whatRemains:
      'We keep only a keyed hash of the address, so that nobody can import it again. This can’t be undone.',
    button: 'Delete my data',
  },
  erased: {
    title: 'Your data has been deleted',
    sentences: [
      'Everything we stored about you is gone. We keep only a keyed hash of your address, so that nobody can import it again.',
      'You can sign up again at any time.',
    ],
  },
  expired: {
    title: 'This link has expired',
    sentences: ['Links like this one work for 30 minutes. Request a new one in your settings.'],
  },
  unknown: {
    title: 'Page not found',
    sentences: ['This link doesn’t exist, or the data behind it has been deleted.'],
  },
} as const;
