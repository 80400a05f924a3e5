import PostalMime from 'postal-mime';

/** The readable parts of a message. */
export interface ParsedMail {
  /** In order. Values are unfolded; encoded words are not decoded. */
  headers: { name: string; value: string }[];
  text: string | null;
  html: string | null;
}

/** Parses a message. One that exceeds the parser's limits is returned undecoded, as text. */
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

/** The decoded subject; empty when there is none, or when the headers exceed the parser's
 *  limits. */
export async function parseSubject(raw: Buffer): Promise<string> {
  const end = raw.indexOf('\r\n\r\n');
  try {
    const { subject } = await PostalMime.parse(end < 0 ? raw : raw.subarray(0, end + 4));
    return subject ?? '';
  } catch {
    return '';
  }
}
