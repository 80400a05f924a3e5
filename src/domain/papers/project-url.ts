/** The address in `Project page: https://…` of a comment or an abstract, or null. */
export function findProjectUrl(text: string): string | null {
  const [, found] = PROJECT_URL.exec(text) ?? [];
  return found === undefined ? null : found.replace(/[.,;:]*$/, '');
}

const PROJECT_URL =
  /\bproject(?:'s)?[ -](?:web ?)?(?:page|site|website|homepage)\b[^\n.;]{0,40}?(https?:\/\/[^\s<>"'()[\]{}]{4,300})/i;
