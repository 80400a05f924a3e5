/** Error pages. The sentence of a refused request comes from the code that refused it. */
export const ERROR_COPY = {
  title: (statusCode: number) => TITLES[statusCode] ?? (statusCode >= 500 ? FAILED : REFUSED),
  notFound: (path: string) => `There is no page at ${path}.`,
  internal: 'The error is on our side and has been logged.',
  tooManyRequests: (max: number, seconds: number) =>
    `More than ${max} requests came from your network within a minute. Try again in ${seconds} seconds.`,
  keywordLength: (length: number, max: number) =>
    `q has ${length} characters: expected a keyword of 1 to ${max}.`,
  invalidQuery: ({ name, value, expected }: { name: string; value: string; expected: string }) =>
    `${name} is “${value}”: expected ${expected}.`,
  expected: {
    day: 'a day such as 2026-05-08',
    month: 'a month such as 2026-05',
    page: 'a whole number from 1 to 999999',
    oneOf: (values: readonly string[]) => `one of ${values.join(', ')}`,
  },
  unknownField: (field: string, where: string) => `“${field}” is not a field of the ${where}.`,
  missingField: (field: string, where: string) => `${field} is missing from the ${where}.`,
  mustBeOneOf: (values: readonly unknown[]) => `must be one of ${values.join(', ')}`,
  missing: 'missing',
  invalidField: (problem: { field: string; value: string; expectation: string }) =>
    `${problem.field} is ${problem.value}: ${problem.expectation}.`,
  operatorOnly: (token: string) =>
    `This page is for the operator. Send ${token} as a Bearer token, or as the password of any user.`,
  tokens: {
    setting: 'ADMIN_TOKEN',
    file: 'the content of the file admin-token in DATA_DIR',
    none: 'ADMIN_TOKEN, once it is set,',
  },
} as const;

const TITLES: Partial<Record<number, string>> = {
  404: 'Page not found',
  429: 'Too many requests',
};

const REFUSED = 'This request didn’t work';
const FAILED = 'Something went wrong';
