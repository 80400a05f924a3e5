/** Error pages. The sentence of a refused request comes from the code that refused it. */
export const ERROR_COPY = {
  title: (statusCode: number) => TITLES[statusCode] ?? (statusCode >= 500 ? FAILED : REFUSED),
  notFound: (path: string) => `There is no page at ${path}.`,
  internal: 'Something went wrong on our side. The error has been logged.',
} as const;

const TITLES: Partial<Record<number, string>> = {
  404: 'Page not found',
  429: 'Too many requests',
};

const REFUSED = 'This request didn’t work';
const FAILED = 'Something went wrong';
