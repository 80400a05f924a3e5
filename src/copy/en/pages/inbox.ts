/** The local inbox, shown only on the machine itself. */
export const INBOX_COPY = {
  title: 'Local inbox',
  intro: 'Email caught on this machine. None of it has been sent.',
  empty: 'No email yet.',
  columns: { subject: 'Subject', to: 'To', from: 'From', received: 'Received', size: 'Size' },
  noSubject: 'No subject',
  fromTo: (from: string, to: string) => `From ${from} to ${to}.`,
  source: 'Source',
  headers: 'Headers',
  html: 'HTML',
  iframe: 'The message as HTML',
  text: 'Text',
  bytes: (count: number) => `${count} bytes`,
  kilobytes: (count: number) => `${count} KB`,
  localOnly: 'The local inbox is only available on this machine, at localhost.',
  notFound: (id: string) => `The inbox has no message “${id}”.`,
} as const;
