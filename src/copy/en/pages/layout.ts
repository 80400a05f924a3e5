/** What every page shows around its own text. */
export const LAYOUT_COPY = {
  skipLink: 'Skip to content',
  navLabel: 'Site',
  today: 'Today',
  archive: 'Archive',
  topics: 'Topics',
  search: 'Search',
  signUp: 'Get it by email',
  settings: 'Your settings',
  feed: 'Feed',
  api: 'API',
  todaysPapers: 'Today’s papers',
} as const;
