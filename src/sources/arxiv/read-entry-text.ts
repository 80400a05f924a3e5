/** The names of `dc:creator`, one string that commas part; `Jr.` and the like stay with their name. */
export function splitAuthorNames(creators: string): string[] {
  return creators
    .replace(/\([^()]*\)/g, ' ')
    .split(/,(?!\s*(?:Jr|Sr|II|III|IV)\b)|\s+and\s+|;/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Whether an abstract or comment says that its paper was withdrawn, as arXiv's own words and authors do. */
export function isWithdrawalNotice(text: string): boolean {
  return WITHDRAWAL_PATTERN.test(text);
}

const WITHDRAWAL_PATTERN =
  /^\W{0,3}(?:this|the)\s(?:arxiv\s)?(?:paper|submission|article|manuscript|work|preprint|version)\s(?:has\sbeen|is|was)\s(?:temporarily\s)?withdrawn\b|^withdrawn\b/i;
