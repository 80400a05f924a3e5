/** Bodies that could end a message early or be changed in transit. */
export const HOSTILE_BODIES: readonly (readonly [string, string | Buffer])[] = [
  ['lines that begin with dots', '.\r\n..\r\n.hidden\r\n...\r\nend\r\n'],
  ['a lone dot in the middle', 'before\r\n.\r\nMAIL FROM:<x@example.org>\r\nafter\r\n'],
  ['a lone dot at the end', 'end\r\n.\r\n'],
  ['no line end at the end', 'no end'],
  ['a dot without line end', '.'],
  ['eight-bit bytes', Buffer.from('Grüße, 论文 \u{1f4ee} \xff\r\n', 'utf8')],
  ['bytes of no known encoding', Buffer.from([0x80, 0xff, 0xfe, 0x0d, 0x0a])],
  ['long lines', `${'.'.repeat(990)}\r\n.${'x'.repeat(989)}\r\n`],
  ['blank lines', '\r\n\r\n\r\n.\r\n\r\n'],
  ['many lines', `.${'dots.\r\n.'.repeat(20_000)}\r\n`],
];
