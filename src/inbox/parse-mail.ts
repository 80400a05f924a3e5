import PostalMime from 'postal-mime';

/** What a reader of a message sees. */
export interface ParsedMail {
  /** In their order; values unfolded, their encoded words as they are. */
  headers: { name: string; value: string }[];
  text: string | null;
  html: string | null;
}

/** The parts of a message. One that breaks the parser's limits is shown as it is, as text. */
export async function parseMail(raw: Buffer): Promise<ParsedMail> {
  try {
    const { headers, text, html } = await PostalMime.parse(raw);
    return {
      headers: headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
      text: text ?? null,
      html: html ?? null,
    };
  } catch {
    return { headers: [], text: raw.toString('utf8'), html: null };
  }
}

/** The decoded subject; empty when there is none or the headers break the parser's limits. */
export async function parseSubject(raw: Buffer): Promise<string> {
  const end = raw.indexOf('\r\n\r\n');
  try {
    const { subject } = await PostalMime.parse(end < 0 ? raw : raw.subarray(0, end + 4));
    return subject ?? '';
  } catch {
    return '';
  }
}
