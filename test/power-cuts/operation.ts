/** One change of the files below a folder, as a process made it. */
export type Operation =
  | {
      kind: 'open';
      fd: number;
      path: string;
      creates: boolean;
      truncates: boolean;
      appends: boolean;
    }
  | { kind: 'close'; fd: number }
  | { kind: 'write'; fd: number; position: number }
  | { kind: 'replace'; path: string }
  | { kind: 'truncate'; fd: number; size: number }
  | { kind: 'truncatePath'; path: string; size: number }
  | { kind: 'rename'; from: string; to: string }
  | { kind: 'remove'; path: string }
  | { kind: 'makeFolder'; path: string }
  | { kind: 'sync'; fd: number }
  | { kind: 'syncPath'; path: string };

/** An operation with the bytes that it wrote. */
export interface RecordedOperation {
  operation: Operation;
  data: Buffer;
}

const HEADER_BYTES = 8;

export function encodeOperation(operation: Operation, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const text = Buffer.from(JSON.stringify(operation));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(text.length, 0);
  header.writeUInt32LE(data.length, 4);
  return Buffer.concat([header, text, data]);
}

/** The operations of a log. The last one may be incomplete, as the kill left it: it is left out. */
export function* decodeOperations(log: Buffer): Generator<RecordedOperation> {
  for (let at = 0; at + HEADER_BYTES <= log.length; ) {
    const textEnd = at + HEADER_BYTES + log.readUInt32LE(at);
    const end = textEnd + log.readUInt32LE(at + 4);
    if (end > log.length) return;
    yield {
      operation: JSON.parse(log.toString('utf8', at + HEADER_BYTES, textEnd)),
      data: log.subarray(textEnd, end),
    };
    at = end;
  }
}
