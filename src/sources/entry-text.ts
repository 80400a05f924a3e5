/**
 * Splits names that commas, “and” or semicolons separate, as `dc:creator` has them, and drops
 * affiliations in brackets. Suffixes such as `Jr.` stay with their name.
 */
export function splitAuthorNames(creators: string): string[] {
  return creators
    .replace(/\([^()]*\)/g, ' ')
    .split(/,(?!\s*(?:Jr|Sr|II|III|IV)\b)|\s+and\s+|;/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Whether an abstract or a comment says that its paper was withdrawn, as arXiv, bioRxiv and
 *  authors phrase it. */
export function isWithdrawalNotice(text: string): boolean {
  return WITHDRAWAL_PATTERN.test(text);
}

const WITHDRAWAL_PATTERN =
  /^\W{0,3}(?:this|the)\s(?:arxiv\s)?(?:paper|submission|article|manuscript|work|preprint|version)\s(?:has\sbeen|is|was)\s(?:temporarily\s)?withdrawn\b|^(?:the\s)?authors?\s(?:have|has)\s(?:temporarily\s)?withdrawn\s(?:this|their|his|her|the)\b|^withdrawn\b/i;
